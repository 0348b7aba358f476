/* Where the viewer is not installed, the list of the page is all there is. */
if ('SwaggerUIBundle' in window) {
  window.SwaggerUIBundle({ url: '/openapi.json', dom_id: '#viewer', deepLinking: true, validatorUrl: null })
  document.getElementById('list').hidden = true
}
