### What is wrong with what a person typed.

problem-password-too-short = { $min ->
    [one] Use at least { $min } character.
   *[other] Use at least { $min } characters.
}
problem-password-too-long = That password is too long.
problem-password-common = That password is too common. Choose another one.
problem-password-personal = Don’t use your email, your name or the name of this service.

problem-email-missing = Enter your email.
problem-email-control-character = The email has characters that are not allowed.
problem-email-malformed = Enter a complete email, like name@example.com.
problem-email-too-long = That email is too long.

problem-name = Use a plain name without links, up to 100 characters.

problem-code-exhausted = Too many wrong codes. Ask for another email, and use its code.
problem-code-invalid-token = This code has expired. Ask for another email, and use its code.
problem-code-used = This code was already used.
