/* stream.c - buffered lines over a socket or TLS, with a deadline on every wait */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/stream.h"

#include "base/clock.h"
#include "base/fs.h"
#include "base/i18n.h"
#include "base/log.h"
#include "net/tls.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PIECE = 16384 };

void stream_init(struct stream *stream, int fd, int64_t end)
{
	*stream = (struct stream){
		.fd = fd, .in = STR_INIT, .out = STR_INIT, .deadline = end, .end = end
	};
	/* A base64 response in the buffer is a secret. */
	stream->out.is_secret = true;
}

void stream_close(struct stream *stream)
{
	if (stream->tls && !stream->is_lost)
		tls_bye(stream->tls);
	tls_free(stream->tls);
	stream->tls = NULL;
	if (stream->fd >= 0)
		close(stream->fd);
	stream->fd = -1;
	str_done(&stream->in);
	str_done(&stream->out);
}

/*
 * Waits for the peer; no other function does. A server that never stops sending gets no extra time.
 */
static bool wait_for(struct stream *stream, short events, struct err *err)
{
	int64_t deadline = clock_earlier(stream->deadline, stream->end);
	int ready = clock_left(deadline) == 0 ? 0 : fs_wait(stream->fd, events, deadline);

	if (ready > 0)
		return true;
	if (ready < 0)
		return err_sys(err, ERR_NET, errno, _("cannot wait for the server"));
	stream->is_lost = stream->is_silent = true;
	if (deadline == stream->end)
		return err_set(err, ERR_NET, _("the session took longer than session_timeout"));
	return err_set(err, ERR_NET, _("timed out"));
}

static bool lost(struct stream *stream, struct err *err, const char *what, int number)
{
	stream->is_lost = true;
	if (number)
		return err_sys(err, ERR_NET, number, "%s", what);
	return err_set(err, ERR_NET, "%s", what);
}

static enum tls_step receive_clear(struct stream *stream, char *bytes, size_t len, size_t *got,
				   struct err *err)
{
	ssize_t n = recv(stream->fd, bytes, len, 0);

	if (n > 0) {
		*got = (size_t)n;
		return TLS_DONE;
	}
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return TLS_WANTS_READ;
	if (n == 0)
		return TLS_ENDED;
	lost(stream, err, _("the connection was lost"), errno);
	return TLS_FAILED;
}

static enum tls_step send_clear(struct stream *stream, const char *bytes, size_t len, size_t *done,
				struct err *err)
{
	ssize_t n = send(stream->fd, bytes, len, MSG_NOSIGNAL);

	if (n >= 0) {
		*done = (size_t)n;
		return TLS_DONE;
	}
	if (errno == EAGAIN || errno == EINTR)
		return TLS_WANTS_WRITE;
	lost(stream, err, _("the connection was lost"), errno);
	return TLS_FAILED;
}

/* Acts on an incomplete step: true means try it again. */
static bool go_on(struct stream *stream, enum tls_step step, struct err *err)
{
	switch (step) {
	case TLS_WANTS_READ:
		return wait_for(stream, POLLIN, err);
	case TLS_WANTS_WRITE:
		return wait_for(stream, POLLOUT, err);
	case TLS_ENDED:
		return lost(stream, err, _("the server closed the connection"), 0);
	case TLS_DONE:
	case TLS_FAILED:
		break;
	}
	stream->is_lost = true;
	return false;
}

static void show_tls(const struct tls *tls)
{
	CLEANUP(str_done) struct str text = STR_INIT;

	if (!log_is_debug())
		return;
	tls_describe(tls, &text);
	str_cut(&text, text.len - 1);
	log_debug("%s", text.bytes);
}

bool stream_start_tls(struct stream *stream, struct tls *tls, struct err *err)
{
	enum tls_step step;

	stream->tls = tls;
	tls_attach(tls, stream->fd, clock_earlier(stream->deadline, stream->end));
	while ((step = tls_handshake(tls, err)) != TLS_DONE)
		if (!go_on(stream, step, err))
			return step != TLS_FAILED && tls_explain_silence(tls, err);
	if (!tls_verify(tls, err)) {
		stream->is_lost = true;
		return false;
	}
	show_tls(tls);
	return true;
}

/* Reads the bytes that have arrived, without waiting. */
static enum tls_step receive_once(struct stream *stream, struct err *err)
{
	size_t got = 0;
	char *end = str_reserve(&stream->in, PIECE);
	enum tls_step step = stream->tls ? tls_receive(stream->tls, end, PIECE, &got, err)
					 : receive_clear(stream, end, PIECE, &got, err);

	str_grew(&stream->in, got);
	return step;
}

static bool receive(struct stream *stream, struct err *err)
{
	enum tls_step step;

	str_drop(&stream->in, stream->taken);
	stream->taken = 0;
	while ((step = receive_once(stream, err)) != TLS_DONE)
		if (!go_on(stream, step, err))
			return false;
	return true;
}

/* Removes a line of `whole` bytes from the buffer; `line` and `len` are without its line end. */
static void take_buffered_line(struct stream *stream, size_t whole, const char **line, size_t *len)
{
	*line = stream->in.bytes + stream->taken;
	*len = whole - 1;
	if (*len > 0 && (*line)[*len - 1] == '\r')
		--*len;
	stream->taken += whole;
}

bool stream_read_line(struct stream *stream, const char **line, size_t *len, struct err *err)
{
	size_t scanned = 0;

	for (;;) {
		const char *start = stream->in.bytes + stream->taken;
		size_t have = stream->in.len - stream->taken;
		const char *lf = memchr(start + scanned, '\n', have - scanned);
		size_t whole = lf ? (size_t)(lf - start) + 1 : have;
		if (whole > STREAM_LINE_MAX)
			return err_set(err, ERR_PROTO, _("the server sent a line of over %d bytes"),
				       STREAM_LINE_MAX);
		if (lf) {
			take_buffered_line(stream, whole, line, len);
			return true;
		}
		scanned = have;
		if (!receive(stream, err))
			return false;
	}
}

bool stream_has_unread(const struct stream *stream)
{
	return stream->taken < stream->in.len;
}

bool stream_look(struct stream *stream)
{
	CLEANUP(err_done) struct err later = ERR_INIT;

	return stream_has_unread(stream) || receive_once(stream, &later) == TLS_DONE;
}

static bool send_bytes(struct stream *stream, const char *bytes, size_t len, struct err *err)
{
	while (len > 0) {
		size_t done = 0;
		enum tls_step step = stream->tls ? tls_send(stream->tls, bytes, len, &done, err)
						 : send_clear(stream, bytes, len, &done, err);
		if (step != TLS_DONE && !go_on(stream, step, err))
			return false;
		bytes += done;
		len -= done;
		stream->sent += done;
	}
	return true;
}

void stream_add(struct stream *stream, const void *bytes, size_t len)
{
	str_add_n(&stream->out, bytes, len);
}

bool stream_write(struct stream *stream, const void *bytes, size_t len, struct err *err)
{
	stream_add(stream, bytes, len);
	if (stream->out.len <= PIECE)
		return true;
	size_t whole = (stream->out.len - 1) / PIECE * PIECE;
	if (!send_bytes(stream, stream->out.bytes, whole, err))
		return false;
	str_drop(&stream->out, whole);
	return true;
}

bool stream_flush(struct stream *stream, struct err *err)
{
	bool is_sent = send_bytes(stream, stream->out.bytes, stream->out.len, err);

	str_clear(&stream->out);
	return is_sent;
}

uint64_t stream_position(const struct stream *stream)
{
	return stream->sent + stream->out.len;
}
