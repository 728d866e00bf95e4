/* test_race.c - the order of addresses, and the winner of several connections */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "descriptors.h"
#include "test.h"

#include "base/clock.h"
#include "base/fs.h"
#include "net/race.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <unistd.h>

enum { LONG_SECONDS = 120, FILLERS = 4 };

/* A letter for each address: capitals for IPv6. */
static const struct {
	const char *before, *after, *v6;
} orders[] = {
	{ "", "", "" },
	{ "a", "a", "" },
	{ "abc", "abc", "" },
	{ "Aa", "Aa", "A" },
	{ "aA", "aA", "A" },
	{ "ABab", "AaBb", "AB" },
	{ "abAB", "aAbB", "AB" },
	{ "ABCa", "AaBC", "ABC" },
	{ "AabcB", "AaBbc", "AB" },
	{ "ABCDab", "AaBbCD", "ABCD" },
	{ "aAbBcC", "aAbBcC", "ABC" },
};

static void add_letter(struct endpoints *endpoints, char letter)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = (in_port_t)letter };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_port = (in_port_t)letter };

	if (letter >= 'a')
		EXPECT(endpoints_add(endpoints, (const struct sockaddr *)&v4, sizeof v4));
	else
		EXPECT(endpoints_add(endpoints, (const struct sockaddr *)&v6, sizeof v6));
}

static void read_letters(const struct endpoints *endpoints, struct str *out)
{
	for (size_t i = 0; i < endpoints->count; i++) {
		const struct sockaddr_storage *address = &endpoints->items[i].address;
		in_port_t port = address->ss_family == AF_INET
					 ? ((const struct sockaddr_in *)address)->sin_port
					 : ((const struct sockaddr_in6 *)address)->sin6_port;
		str_add_char(out, (char)port);
	}
}

static void test_orders(void)
{
	for (size_t i = 0; i < LENGTH(orders); i++) {
		CLEANUP(endpoints_done) struct endpoints endpoints = { .count = 0 };
		CLEANUP(str_done) struct str found = STR_INIT;
		CLEANUP(str_done) struct str v6 = STR_INIT;

		test_case("order: '%s'", orders[i].before);
		for (const char *c = orders[i].before; *c; c++)
			add_letter(&endpoints, *c);
		endpoints_interleave(&endpoints);
		read_letters(&endpoints, &found);
		EXPECT_TEXT(found.bytes, orders[i].after);
		endpoints_keep_family(&endpoints, AF_INET6);
		read_letters(&endpoints, &v6);
		EXPECT_TEXT(v6.bytes, orders[i].v6);
	}
}

static void test_room(void)
{
	CLEANUP(endpoints_done) struct endpoints endpoints = { .count = 0 };
	struct sockaddr_in v4 = { .sin_family = AF_INET };

	test_case("more addresses than there is room for");
	for (int i = 0; i < ENDPOINTS_MAX; i++)
		EXPECT(endpoints_add(&endpoints, (const struct sockaddr *)&v4, sizeof v4));
	EXPECT(!endpoints_add(&endpoints, (const struct sockaddr *)&v4, sizeof v4));
	EXPECT_NUMBER(endpoints.count, ENDPOINTS_MAX);
}

/* A host that listens, refuses, or swallows all packets; closed by `close_all`. */
static int opened[64];
static size_t opened_count;

static int keep(int fd)
{
	opened[opened_count++] = fd;
	return fd;
}

static void close_all(void)
{
	while (opened_count > 0)
		close(opened[--opened_count]);
}

static struct sockaddr_in open_listener(int backlog)
{
	struct sockaddr_in place = { .sin_family = AF_INET,
				     .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof place;
	int fd = keep(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));

	EXPECT(bind(fd, (const struct sockaddr *)&place, sizeof place) == 0);
	EXPECT(backlog < 0 || listen(fd, backlog) == 0);
	EXPECT(getsockname(fd, (struct sockaddr *)&place, &len) == 0);
	return place;
}

/* A full listen queue drops further connections. */
static struct sockaddr_in open_hole(void)
{
	struct sockaddr_in place = open_listener(0);

	for (int i = 0; i < FILLERS; i++) {
		int fd = keep(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
		(void)connect(fd, (const struct sockaddr *)&place, sizeof place);
	}
	return place;
}

/* l: listens, r: refuses, h: is a black hole */
static void add_peer(struct endpoints *endpoints, char kind)
{
	struct sockaddr_in place = kind == 'l'   ? open_listener(8)
				   : kind == 'h' ? open_hole()
						 : open_listener(-1);

	EXPECT(endpoints_add(endpoints, (const struct sockaddr *)&place, sizeof place));
}

/* `winner` -1: no winner, and the text is the error's. */
static const struct {
	const char *peers;
	int milliseconds;
	int winner;
	const char *text;
} races[] = {
	{ "l", LONG_SECONDS * 1000, 0, NULL },
	{ "ll", LONG_SECONDS * 1000, 0, NULL },
	{ "rl", LONG_SECONDS * 1000, 1, NULL },
	{ "rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrl", 5000, 31,
	  NULL }, /* all at once: 31 pauses are longer */
	{ "hl", LONG_SECONDS * 1000, 1, NULL },
	{ "hhrl", LONG_SECONDS * 1000, 3, NULL },
	{ "r", LONG_SECONDS * 1000, -1, "Connection refused" },
	{ "rr", LONG_SECONDS * 1000, -1,
	  "127.0.0.1: Connection refused; 127.0.0.1: Connection refused" },
	{ "h", 100, -1, "Connection timed out" },
	{ "rh", 1000, -1, "127.0.0.1: Connection refused; 127.0.0.1: Connection timed out" },
	{ "hr", 4000, -1, "127.0.0.1: Connection timed out; 127.0.0.1: Connection refused" },
	{ "l", 0, -1, "Connection timed out" },
};

/* All connections except the winner are closed. */
static void run_race(const char *peers, const char *name, int milliseconds, int expected,
		     struct err *err)
{
	CLEANUP(endpoints_done) struct endpoints endpoints = { .count = 0 };
	size_t winner = 99;

	test_case("%s", name);
	for (const char *peer = peers; *peer; peer++)
		add_peer(&endpoints, *peer);
	int before = count_descriptors();
	CLEANUP(fs_close_at)
	int fd = race_connect(&endpoints, NULL, clock_now() + milliseconds, &winner, err);
	EXPECT_NUMBER(count_descriptors(), before + (fd >= 0));
	EXPECT_NUMBER(fd >= 0 ? (int)winner : -1, expected);
	close_all();
}

static void test_races(void)
{
	for (size_t i = 0; i < LENGTH(races); i++) {
		CLEANUP(err_done) struct err err = ERR_INIT;
		CLEANUP(mem_free_at) char *name = str_format("race: %s", races[i].peers);
		int64_t begun = clock_now();

		run_race(races[i].peers, name, races[i].milliseconds, races[i].winner, &err);
		EXPECT(clock_now() - begun < LONG_SECONDS * 1000 / 2);
		EXPECT_TEXT(err.text, races[i].text);
		EXPECT_NUMBER(err.kind, races[i].text ? ERR_NET : ERR_NONE);
	}
}

static void test_many(void)
{
	CLEANUP(err_done) struct err err = ERR_INIT;

	run_race("rrrrrrrrrrrr", "of many reasons the first are told", LONG_SECONDS * 1000, -1,
		 &err);
	EXPECT_PART(err.text, "; and 4 more");
	EXPECT_NUMBER(strlen(err.text), 8 * strlen("127.0.0.1: Connection refused; ") +
						strlen("; and 4 more") - strlen("; "));
}

static void test_source(void)
{
	struct sockaddr_in source = { .sin_family = AF_INET };
	struct endpoint from = { .len = sizeof source };
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(endpoints_done) struct endpoints endpoints = { .count = 0 };
	struct sockaddr_in found = { 0 };
	socklen_t len = sizeof found;
	size_t winner;

	test_case("from an address of our own");
	add_peer(&endpoints, 'l');
	source.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 4);
	memcpy(&from.address, &source, sizeof source);
	CLEANUP(fs_close_at)
	int fd = race_connect(&endpoints, &from, clock_after(LONG_SECONDS), &winner, &err);
	EXPECT(getsockname(fd, (struct sockaddr *)&found, &len) == 0);
	EXPECT_NUMBER(ntohl(found.sin_addr.s_addr), INADDR_LOOPBACK + 4);
	test_case("from an address of somebody else");
	source.sin_addr.s_addr = inet_addr("192.0.2.77");
	memcpy(&from.address, &source, sizeof source);
	EXPECT_NUMBER(race_connect(&endpoints, &from, clock_after(LONG_SECONDS), &winner, &err),
		      -1);
	EXPECT_NUMBER(err.kind, ERR_SYSTEM);
	EXPECT_PART(err.text, "cannot use source_ip 192.0.2.77: ");
	close_all();
}

int main(void)
{
	test_begin("race");
	test_orders();
	test_room();
	test_races();
	test_many();
	test_source();
	return test_end();
}
