/* race.c - connecting to the first of several addresses that answers; RFC 8305 */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/race.h"

#include "base/clock.h"
#include "base/fs.h"
#include "base/i18n.h"
#include "base/log.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>

enum { HEAD_START_MS = 250, TOLD_MAX = 8 };

/* `fd` is -1 if the attempt is not running; `number` is then the errno of its failure. */
struct runner {
	int fd;
	int number;
};

struct race {
	const struct endpoints *endpoints;
	const struct endpoint *source;
	struct runner runners[ENDPOINTS_MAX];
	size_t started;
	int64_t next_start;
	int winner; /* -1: none yet */
};

static void race_done(struct race *race)
{
	for (size_t i = 0; i < race->started; i++)
		fs_close_at(&race->runners[i].fd);
}

static bool prepare(int fd, const struct endpoint *source, struct err *err)
{
	static const int on = 1;

	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	if (!source || bind(fd, (const struct sockaddr *)&source->address, source->len) == 0)
		return true;
	int number = errno;
	CLEANUP(mem_free_at) char *text = endpoint_text(source);
	return err_sys(err, ERR_SYSTEM, number, _("cannot use source_ip %s"), text);
}

static void note_failure(struct race *race, size_t index, int number)
{
	fs_close_at(&race->runners[index].fd);
	race->runners[index] = (struct runner){ .fd = -1, .number = number };
	race->next_start = 0;
}

/* A kernel without IPv6 is no reason not to try IPv4. */
static bool open_runner(struct race *race, size_t index, int family, struct err *err)
{
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	race->runners[index] = (struct runner){ .fd = fd };
	if (fd >= 0)
		return prepare(fd, race->source, err);
	if (errno != EAFNOSUPPORT)
		return err_sys(err, ERR_SYSTEM, errno, _("cannot create a socket"));
	note_failure(race, index, EAFNOSUPPORT);
	return true;
}

/* Starts the next attempt. False if further attempts are useless. */
static bool start_next(struct race *race, struct err *err)
{
	size_t index = race->started++;
	const struct endpoint *endpoint = &race->endpoints->items[index];
	const struct sockaddr *address = (const struct sockaddr *)&endpoint->address;
	CLEANUP(mem_free_at) char *text = endpoint_text(endpoint);

	log_debug(_("connecting to %s"), text);
	race->next_start = clock_now() + HEAD_START_MS;
	if (!open_runner(race, index, address->sa_family, err))
		return false;
	int fd = race->runners[index].fd;
	if (fd < 0)
		return true;
	if (connect(fd, address, endpoint->len) == 0)
		race->winner = (int)index;
	else if (errno != EINPROGRESS && errno != EINTR)
		note_failure(race, index, errno);
	return true;
}

static bool has_more(const struct race *race)
{
	return race->started < race->endpoints->count;
}

static size_t count_running(const struct race *race)
{
	size_t count = 0;

	for (size_t i = 0; i < race->started; i++)
		count += race->runners[i].fd >= 0;
	return count;
}

static void judge_connection(struct race *race, size_t index)
{
	int number = 0;
	socklen_t len = sizeof number;

	if (getsockopt(race->runners[index].fd, SOL_SOCKET, SO_ERROR, &number, &len) < 0)
		number = errno;
	if (number != 0)
		note_failure(race, index, number);
	else if (race->winner < 0)
		race->winner = (int)index;
}

/* poll(2) ignores a negative descriptor. */
static bool watch(struct race *race, int64_t deadline, struct err *err)
{
	struct pollfd waits[ENDPOINTS_MAX];

	for (size_t i = 0; i < race->started; i++)
		waits[i] = (struct pollfd){ .fd = race->runners[i].fd, .events = POLLOUT };
	if (has_more(race))
		deadline = clock_earlier(deadline, race->next_start);
	int ready = poll(waits, race->started, clock_left(deadline));
	if (ready < 0 && errno != EINTR)
		return err_sys(err, ERR_NET, errno, _("cannot wait for the server"));
	if (ready <= 0)
		return true;
	for (size_t i = 0; i < race->started; i++)
		if (waits[i].revents)
			judge_connection(race, i);
	return true;
}

/* Runs until there is a winner, no attempt is left, or the deadline has passed. */
static bool run_race(struct race *race, int64_t deadline, struct err *err)
{
	while (race->winner < 0 && (has_more(race) || count_running(race) > 0)) {
		if (clock_left(deadline) == 0)
			return true;
		if (has_more(race) && clock_now() >= race->next_start) {
			if (!start_next(race, err))
				return false;
		} else if (!watch(race, deadline, err)) {
			return false;
		}
	}
	return true;
}

/* A single address is not named in the text. */
static bool explain_failures(const struct race *race, struct err *err)
{
	CLEANUP(str_done) struct str text = STR_INIT;
	size_t count = race->endpoints->count;

	for (size_t i = 0; i < race->started && i < TOLD_MAX; i++) {
		const struct runner *runner = &race->runners[i];
		CLEANUP(mem_free_at) char *address = endpoint_text(&race->endpoints->items[i]);
		if (count > 1)
			str_addf(&text, "%s%s: ", i ? "; " : "", address);
		str_add(&text, strerror(runner->fd >= 0 ? ETIMEDOUT : runner->number));
	}
	size_t told = race->started < TOLD_MAX ? race->started : TOLD_MAX;
	if (told == 0)
		str_add(&text, strerror(ETIMEDOUT));
	else if (told < count)
		str_addf(&text, _("; and %zu more"), count - told);
	return err_set(err, ERR_NET, "%s", text.bytes);
}

int race_connect(const struct endpoints *endpoints, const struct endpoint *source, int64_t deadline,
		 size_t *winner, struct err *err)
{
	CLEANUP(race_done)
	struct race race = { .endpoints = endpoints, .source = source, .winner = -1 };

	if (!run_race(&race, deadline, err))
		return -1;
	if (race.winner < 0) {
		explain_failures(&race, err);
		return -1;
	}
	*winner = (size_t)race.winner;
	return fs_take_at(&race.runners[*winner].fd);
}
