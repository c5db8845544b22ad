//! The in-app firewall: rules evaluated over the addresses of a request.
