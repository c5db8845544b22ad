"""Templates, style sheet, scripts and pictures of the page. No build step; htmx is a vendored file."""
