//! Ports of the children.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};

/// The children listen here only.
pub const LOCAL: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// A port for a child: the wanted one, or a free one for 0.
///
/// A free port may be taken by someone else before the child binds it; callers start again with another.
pub fn choose(wanted: u16) -> std::io::Result<u16> {
    if wanted != 0 {
        return Ok(wanted);
    }
    Ok(TcpListener::bind(SocketAddr::new(LOCAL, 0))?.local_addr()?.port())
}
