/* test_host.c - host names and addresses, and the name by which we introduce ourselves */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "net/host.h"
#include "smtp/selfname.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

/* 61 octets, and four of these with their dots. */
#define LABEL "abcdefghijklmnopqrstuvwxyz0123456789-abcdefghijklmnopqrstuvwx"
#define LONG  LABEL "." LABEL "." LABEL "." LABEL "."

static const struct {
	const char *host, *ascii;
} names[] = {
	{ "mx.example", "mx.example" },
	{ "MX.example.", "MX.example." },
	{ "under_score.example", "under_score.example" },
	{ "[::1]", "::1" },
	{ "::1", "::1" },
	{ "127.0.0.1", "127.0.0.1" },
	{ "b\xc3\xbcro.example", "xn--bro-hoa.example" },
	{ "B\xc3\x9cRO.example", "xn--bro-hoa.example" },
	{ "b\xc3\xbcro.example.", "xn--bro-hoa.example." },
	{ "stra\xc3\x9f"
	  "e.example",
	  "xn--strae-oqa.example" },
	{ "\xff\xfe.example", NULL },
};

static void test_ascii(void)
{
	for (size_t i = 0; i < LENGTH(names); i++) {
		CLEANUP(err_done) struct err err = ERR_INIT;
		CLEANUP(mem_free_at) char *ascii = host_ascii(names[i].host, &err);

		test_case("ascii: %s", names[i].host);
		EXPECT_TEXT(ascii, names[i].ascii);
		EXPECT_NUMBER(err.kind, names[i].ascii ? ERR_NONE : ERR_NOHOST);
	}
}

static const struct {
	const char *text;
	bool is_address, is_name, is_full;
} kinds[] = {
	{ "mx.example", false, true, true },
	{ "mx.example.", false, true, false },
	{ "mx", false, true, false },
	{ "localhost", false, true, false },
	{ "localhost.localdomain", false, true, false },
	{ "my.LocalDomain", false, true, false },
	{ "my.localhost", false, true, false },
	{ "mylocaldomain.example", false, true, true },
	{ "under_score.example", false, true, false },
	{ "_submission._tcp.example", false, true, false },
	{ "-a.example", false, true, false },
	{ "a-.example", false, true, false },
	{ "a.-b.example", false, true, false },
	{ "a.example-", false, true, false },
	{ "a--b.example", false, true, true },
	{ "192.0.2.1", true, true, false },
	{ "::1", true, false, false },
	{ "[::1]", false, false, false },
	{ "", false, false, false },
	{ ".", false, false, false },
	{ "..", false, false, false },
	{ ".example", false, false, false },
	{ "a..example", false, false, false },
	{ "a.example..", false, false, false },
	{ "a b.example", false, false, false },
	{ "a.exa\r\nmple", false, false, false },
	{ "a\\.b.example", false, false, false },
	{ "b\xc3\xbcro.example", false, false, false },
	{ LABEL "ab.example", false, true, true },
	{ LABEL "abc.example", false, false, false },
	{ LONG "abcde", false, true, true },
	{ LONG "abcdef", false, false, false },
};

static void test_kinds(void)
{
	for (size_t i = 0; i < LENGTH(kinds); i++) {
		test_case("kind: %s", kinds[i].text);
		EXPECT_NUMBER(host_is_address(kinds[i].text), kinds[i].is_address);
		EXPECT_NUMBER(host_is_name(kinds[i].text), kinds[i].is_name);
		EXPECT_NUMBER(selfname_is_full(kinds[i].text), kinds[i].is_full);
	}
}

static const struct {
	const char *name, *domain;
	bool is_inside;
} insides[] = {
	{ "example.org", "example.org", true },
	{ "mx.example.org", "example.org", true },
	{ "a.b.example.org", "example.org", true },
	{ "MX.Example.ORG.", "example.org", true },
	{ "mx.example.org", "example.org.", true },
	{ "myexample.org", "example.org", false },
	{ "example.org.evil.example", "example.org", false },
	{ "org", "example.org", false },
	{ "mx.example.com", "example.org", false },
	{ "mx.example.org", "", false },
	{ "mx.example.org", ".", false },
	{ "", "example.org", false },
};

static void test_inside(void)
{
	for (size_t i = 0; i < LENGTH(insides); i++) {
		test_case("inside: '%s' of '%s'", insides[i].name, insides[i].domain);
		EXPECT_NUMBER(host_is_inside(insides[i].name, insides[i].domain),
			      insides[i].is_inside);
	}
}

static void test_place(void)
{
	static const struct {
		const char *host;
		int port;
		const char *place;
	} places[] = {
		{ "mx.example", 587, "mx.example:587" },
		{ "mx.example", 0, "mx.example" },
		{ "::1", 25, "[::1]:25" },
		{ "[::1]", 25, "[::1]:25" },
		{ "::1", 0, "::1" },
	};

	for (size_t i = 0; i < LENGTH(places); i++) {
		CLEANUP(mem_free_at) char *place = host_place(places[i].host, places[i].port);
		test_case("place: %s %d", places[i].host, places[i].port);
		EXPECT_TEXT(place, places[i].place);
	}
}

/* A socket whose own end has this address; UDP needs no answer. */
static int open_from(const char *text)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	bool is_v4 = inet_pton(AF_INET, text, &v4.sin_addr) == 1;
	int fd = socket(is_v4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	(void)inet_pton(AF_INET6, text, &v6.sin6_addr);
	if (is_v4)
		EXPECT(bind(fd, (const struct sockaddr *)&v4, sizeof v4) == 0);
	else
		EXPECT(bind(fd, (const struct sockaddr *)&v6, sizeof v6) == 0);
	return fd;
}

static void expect_selfname(struct settings *settings, int fd, const char *expected)
{
	CLEANUP(mem_free_at) char *found = selfname(settings, fd);

	EXPECT_TEXT(found, expected);
	close(fd);
}

static void test_selfname(void)
{
	CLEANUP(settings_done) struct settings settings;
	char own[256] = "";
	int ends[2];

	settings_init(&settings);
	EXPECT(gethostname(own, sizeof own - 1) == 0);
	bool is_named = selfname_is_full(own);
	test_case("the name on an IPv4 connection");
	expect_selfname(&settings, open_from("127.0.0.2"), is_named ? own : "[127.0.0.2]");
	test_case("the name on an IPv6 connection");
	expect_selfname(&settings, open_from("::1"), is_named ? own : "[IPv6:::1]");
	test_case("the name on a unix socket");
	EXPECT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
	close(ends[0]);
	expect_selfname(&settings, ends[1], "localhost");
	test_case("a name that was set is the name, even this one");
	settings.origins[OPT_domain].kind = ORIGIN_FILE;
	expect_selfname(&settings, open_from("127.0.0.2"), "localhost");
}

int main(void)
{
	test_begin("host");
	test_ascii();
	test_kinds();
	test_inside();
	test_place();
	test_selfname();
	return test_end();
}
