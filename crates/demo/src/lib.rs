//! Demo content: the dance-party dancers filmed to the sectoid songs.
