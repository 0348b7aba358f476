verify-title = Confirm your email
verify-lead = We sent a link and a code to <email>{ $email }</email>. Enter the code here, or open the link and come back.
verify-lead-app = We sent a link and a code to <email>{ $email }</email>. Enter the code here, or open the link and come back to continue to <app>{ $app }</app>.
verify-opened = I opened the link
