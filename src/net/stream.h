/* stream.h - buffered lines over a socket or TLS, with a deadline on every wait */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "base/str.h"

#include <stdint.h>

struct tls;

/* The longest line taken from a server, CRLF included; RFC 5321 section 4.5.3.1.5 asks for 512. */
enum { STREAM_LINE_MAX = 4096 };

/*
 * A connection. `out` holds the bytes that are not sent yet; `sent` counts the bytes that are
 * (under TLS, those of complete records). Only stream_write and stream_flush send. All waiting
 * happens in one place, until `deadline` (of the current step) or `end` (of the whole session),
 * whichever comes first. Every failure to read or write is ERR_NET.
 */
struct stream {
	int fd;
	struct tls *tls;
	struct str in;
	size_t taken;
	struct str out;
	uint64_t sent;
	int64_t deadline;
	int64_t end;
	bool is_lost;   /* the connection has failed, or must not be used any more */
	bool is_silent; /* `is_lost` because no bytes came before the deadline */
};

/* Takes over a connected non-blocking socket. */
void stream_init(struct stream *stream, int fd, int64_t end);
/* Closes without waiting. If the connection still works, a TLS close_notify goes first. */
void stream_close(struct stream *stream);

/*
 * Performs the TLS handshake and verifies the peer; takes `tls` over in any case. After a failure
 * nothing more is sent. ERR_TLS, ERR_NET.
 */
bool stream_start_tls(struct stream *stream, struct tls *tls, struct err *err) MUST_USE;

/*
 * Reads a line and removes its CRLF (or LF); the bytes stay valid until the next call. ERR_PROTO:
 * longer than STREAM_LINE_MAX.
 */
bool stream_read_line(struct stream *stream, const char **line, size_t *len,
		      struct err *err) MUST_USE;
/* Whether received bytes are waiting in the buffer. */
bool stream_has_unread(const struct stream *stream);
/* Like stream_has_unread, after a read that does not wait. */
bool stream_look(struct stream *stream);

/* Appends bytes to `out`; nothing is sent. */
void stream_add(struct stream *stream, const void *bytes, size_t len);
/* Appends bytes to `out` and sends them in pieces of 16 kB, except the last byte. */
bool stream_write(struct stream *stream, const void *bytes, size_t len, struct err *err) MUST_USE;
/* Sends all of `out`. After a failure, `sent` has counted the bytes that got through. */
bool stream_flush(struct stream *stream, struct err *err) MUST_USE;
/* The number of bytes that were sent or appended so far. */
uint64_t stream_position(const struct stream *stream);
