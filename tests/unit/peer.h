/* peer.h - the other end of a connection: a thread that plays a server */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "test.h"

#include "smtp/client.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

/* A server that gets nothing for this time ends, so that no test can hang. */
enum { PEER_SECONDS = 2 * TEST_PATIENCE / 1000, PEER_PACKET_MAX = 65536 };

/*
 * The two ends are joined by a SOCK_SEQPACKET pair: what one end writes in one call, the other
 * reads in one call, so that a test sees which commands left together. `failure` is the first
 * deviation from the script; peer_finish reports it.
 */
struct peer {
	int fd;
	pthread_t thread;
	bool is_running;
	void (*script)(struct peer *peer);
	const void *arg;
	struct str failure;
	struct str packet;  /* the last packet */
	struct str content; /* the content that peer_take_content gathered */
};

/* A write of the client and the answer to it; NULL: no write is expected, or no answer is given. */
struct peer_step {
	const char *expect;
	const char *send;
};

static inline void FORMAT(2, 3) peer_fail(struct peer *peer, const char *format, ...)
{
	va_list args;

	if (peer->failure.len)
		return;
	va_start(args, format);
	str_addv(&peer->failure, format, args);
	va_end(args);
}

/* Takes one write of the client's; false where it has closed. */
static inline bool peer_take(struct peer *peer)
{
	str_clear(&peer->packet);
	ssize_t got =
		recv(peer->fd, str_reserve(&peer->packet, PEER_PACKET_MAX), PEER_PACKET_MAX, 0);
	if (got > 0)
		str_grew(&peer->packet, (size_t)got);
	return got > 0;
}

static inline bool peer_expect(struct peer *peer, const char *text)
{
	bool is_there = peer_take(peer);

	if (is_there && strcmp(peer->packet.bytes, text) == 0)
		return true;
	peer_fail(peer, "the peer got '%s' instead of '%s'",
		  is_there ? peer->packet.bytes : "(nothing)", text);
	return false;
}

static inline bool peer_send(struct peer *peer, const char *text)
{
	if (send(peer->fd, text, strlen(text), MSG_NOSIGNAL) == (ssize_t)strlen(text))
		return true;
	peer_fail(peer, "the peer could not send '%s'", text);
	return false;
}

/* Gathers packets, cut in any way, until their text ends with `end`. */
static inline bool peer_take_content(struct peer *peer, const char *end)
{
	size_t len = strlen(end);

	str_clear(&peer->content);
	while (peer_take(peer)) {
		str_add_n(&peer->content, peer->packet.bytes, peer->packet.len);
		if (peer->content.len >= len &&
		    memcmp(peer->content.bytes + peer->content.len - len, end, len) == 0)
			return true;
	}
	peer_fail(peer, "the peer's content did not end in '%s'", end);
	return false;
}

/* A script whose `arg` is a list of steps that ends with an empty one. */
static inline void peer_play(struct peer *peer)
{
	const struct peer_step *step = peer->arg;

	for (; step->expect || step->send; step++) {
		if (step->expect && !peer_expect(peer, step->expect))
			return;
		if (step->send && !peer_send(peer, step->send))
			return;
	}
	if (peer_take(peer))
		peer_fail(peer, "the peer got '%s' behind the last step", peer->packet.bytes);
}

static inline void *peer_main(void *arg)
{
	struct peer *peer = arg;

	peer->script(peer);
	shutdown(peer->fd, SHUT_RDWR);
	return NULL;
}

/* Starts a script at a descriptor, which the peer owns then. */
static inline void peer_run(struct peer *peer, int fd, void (*script)(struct peer *peer),
			    const void *arg)
{
	const struct timeval patience = { .tv_sec = PEER_SECONDS };

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
	*peer = (struct peer){ .fd = fd,
			       .script = script,
			       .arg = arg,
			       .is_running = true,
			       .failure = STR_INIT,
			       .packet = STR_INIT,
			       .content = STR_INIT };
	if (pthread_create(&peer->thread, NULL, peer_main, peer) != 0)
		mem_exhausted();
}

/* Starts the server; the client's end goes to client_init, which owns it then. */
static inline int peer_start(struct peer *peer, void (*script)(struct peer *peer), const void *arg)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		mem_exhausted();
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	peer_run(peer, ends[1], script, arg);
	return ends[0];
}

/* Waits until the script has ended; its failure fails the case. A second call does nothing. */
static inline void peer_finish(struct peer *peer)
{
	if (!peer->is_running)
		return;
	peer->is_running = false;
	pthread_join(peer->thread, NULL);
	close(peer->fd);
	if (peer->failure.len)
		test_fail(__FILE__, __LINE__, "%s", peer->failure.bytes);
	str_done(&peer->failure);
	str_done(&peer->packet);
}

/* Frees the texts that were kept for the test. */
static inline void peer_done(struct peer *peer)
{
	peer_finish(peer);
	str_done(&peer->content);
}
