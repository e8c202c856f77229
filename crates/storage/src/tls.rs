//! TLS for the clients of this crate. The S3 client picks up the process's default provider and refuses to
//! be built without one.

/// Makes ring the process's TLS provider, unless it has one already.
pub(crate) fn install() {
    // An error says that there is one: whoever set it knew what they wanted.
    let _ = rustls::crypto::ring::default_provider().install_default();
}
