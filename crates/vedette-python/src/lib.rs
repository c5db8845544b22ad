//! `vedette._native`: the native core as Python sees it. The only crate that knows Python; it converts, and nothing else.

mod asgi;
mod call;
mod configure;
mod context;
mod convert;
mod core;
#[cfg(unix)]
mod crash;
mod decode;
mod describe;
mod facts;
mod failure;
mod hook;
mod json;
mod last_words;
mod live;
mod memory;
mod process;
mod raw_headers;
mod remote;
mod remote_config;
mod schema;
mod signals;
mod signing;
mod span;
mod statement;
mod stream;
mod telemetry;
mod trace;
mod tracer;
mod waf;

use pyo3::prelude::*;

#[pymodule]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<span::Span>()?;
    module.add_class::<facts::Facts>()?;
    module.add_class::<remote::Context>()?;
    module.add_class::<raw_headers::CasedHeaders>()?;
    module.add_class::<raw_headers::RawHeaders>()?;
    module.add_class::<hook::Hook>()?;
    module.add_class::<hook::Switch>()?;
    module.add_class::<hook::Wrapped>()?;
    module.add_class::<call::Call>()?;
    module.add_class::<stream::Stream>()?;
    module.add_class::<remote_config::RemoteConfig>()?;
    module.add_class::<waf::Rules>()?;
    module.add_class::<waf::Inspection>()?;
    module.add_function(wrap_pyfunction!(tracer::span, module)?)?;
    module.add_function(wrap_pyfunction!(tracer::current_span, module)?)?;
    module.add_function(wrap_pyfunction!(tracer::active_span, module)?)?;
    module.add_function(wrap_pyfunction!(tracer::current_root_span, module)?)?;
    module.add_function(wrap_pyfunction!(tracer::enclosing, module)?)?;
    module.add_function(wrap_pyfunction!(tracer::activate, module)?)?;
    module.add_function(wrap_pyfunction!(tracer::flush, module)?)?;
    module.add_function(wrap_pyfunction!(tracer::shutdown, module)?)?;
    module.add_function(wrap_pyfunction!(tracer::counters, module)?)?;
    module.add_function(wrap_pyfunction!(decode::decode_rows, module)?)?;
    module.add_function(wrap_pyfunction!(decode::translate, module)?)?;
    module.add_function(wrap_pyfunction!(signals::decode_logs, module)?)?;
    module.add_function(wrap_pyfunction!(signals::decode_metrics, module)?)?;
    module.add_function(wrap_pyfunction!(process::runtime_id_python, module)?)?;
    module.add_function(wrap_pyfunction!(asgi::asgi_target, module)?)?;
    module.add_function(wrap_pyfunction!(asgi::first_header, module)?)?;
    module.add_function(wrap_pyfunction!(describe::describe_incoming, module)?)?;
    module.add_function(wrap_pyfunction!(describe::describe_outgoing, module)?)?;
    module.add_function(wrap_pyfunction!(describe::url_parts, module)?)?;
    module.add_function(wrap_pyfunction!(remote::extract, module)?)?;
    module.add_function(wrap_pyfunction!(remote::inject, module)?)?;
    module.add_function(wrap_pyfunction!(remote::w3c_context, module)?)?;
    module.add_function(wrap_pyfunction!(configure::configure, module)?)?;
    module.add_function(wrap_pyfunction!(live::reconfigure, module)?)?;
    module.add_function(wrap_pyfunction!(remote_config::watch_remote, module)?)?;
    module.add_function(wrap_pyfunction!(remote_config::unwatch_remote, module)?)?;
    module.add_function(wrap_pyfunction!(remote_config::remote_status, module)?)?;
    module.add_function(wrap_pyfunction!(remote_config::post, module)?)?;
    module.add_function(wrap_pyfunction!(remote_config::check_rules, module)?)?;
    module.add_function(wrap_pyfunction!(signing::public_key, module)?)?;
    module.add_function(wrap_pyfunction!(signing::signed_json, module)?)?;
    module.add_function(wrap_pyfunction!(last_words::watch_sigterm_again, module)?)?;
    module.add_function(wrap_pyfunction!(memory::take, module)?)?;
    module.add_function(wrap_pyfunction!(memory::fix, module)?)?;
    module.add_function(wrap_pyfunction!(statement::obfuscated_statement, module)?)?;
    module.add_function(wrap_pyfunction!(telemetry::note_endpoints, module)?)?;
    module.add_function(wrap_pyfunction!(telemetry::note_integration, module)?)?;
    module.add_function(wrap_pyfunction!(telemetry::note_protection, module)?)?;
    module.add_function(wrap_pyfunction!(telemetry::note_settings, module)?)?;
    module.add_function(wrap_pyfunction!(telemetry::note_trouble, module)?)?;
    module.add_function(wrap_pyfunction!(waf::client_address, module)?)?;
    module.add_function(wrap_pyfunction!(schema::schemas, module)?)?;
    module.add_function(wrap_pyfunction!(schema::endpoint_of, module)?)?;
    module.add("__version__", env!("CARGO_PKG_VERSION"))
}
