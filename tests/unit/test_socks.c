/* test_socks.c - the requests to a SOCKS5 proxy, and the meaning of its replies */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "base/clock.h"
#include "net/socks.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LONG_SECONDS = 20 };

#define TEXT(literal)                                                                              \
	{                                                                                          \
		(literal), sizeof(literal) - 1                                                     \
	}

struct bytes {
	const char *bytes;
	size_t len;
};

static void expect_bytes(const char *found, size_t len, const struct bytes *expected)
{
	EXPECT_NUMBER(len, expected->len);
	EXPECT(len == expected->len && memcmp(found, expected->bytes, len) == 0);
}

static const struct {
	const char *host;
	int port;
	struct bytes request;
} requests[] = {
	{ "mx.example", 587, TEXT("\5\1\0\3\12mx.example\2\113") },
	{ "x", 1, TEXT("\5\1\0\3\1x\0\1") },
	{ "192.0.2.1", 25, TEXT("\5\1\0\1\300\0\2\1\0\31") },
	{ "2001:db8::1", 65535, TEXT("\5\1\0\4\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\1\377\377") },
};

static void test_requests(void)
{
	for (size_t i = 0; i < LENGTH(requests); i++) {
		CLEANUP(str_done) struct str out = STR_INIT;
		CLEANUP(err_done) struct err err = ERR_INIT;

		test_case("request: %s", requests[i].host);
		EXPECT(socks_add_request(&out, requests[i].host, requests[i].port, &err));
		expect_bytes(out.bytes, out.len, &requests[i].request);
	}
}

static void test_long_name(void)
{
	CLEANUP(str_done) struct str out = STR_INIT;
	CLEANUP(err_done) struct err err = ERR_INIT;
	char name[257];

	memset(name, 'x', sizeof name);
	name[255] = '\0';
	test_case("a name of 255 octets");
	EXPECT(socks_add_request(&out, name, 25, &err));
	EXPECT_NUMBER(out.len, 5 + 255 + 2);
	EXPECT_NUMBER((unsigned char)out.bytes[4], 255);
	test_case("a name of 256 octets");
	name[255] = 'x';
	name[256] = '\0';
	EXPECT(!socks_add_request(&out, name, 25, &err));
	EXPECT_NUMBER(err.kind, ERR_NOHOST);
}

static void test_lengths(void)
{
	static const struct {
		unsigned char head[SOCKS_HEAD];
		size_t len;
	} heads[] = {
		{ { 5, 0, 0, 1, 9 }, 10 },    { { 5, 0, 0, 4, 9 }, 22 }, { { 5, 0, 0, 3, 0 }, 7 },
		{ { 5, 0, 0, 3, 255 }, 262 }, { { 5, 0, 0, 2, 9 }, 0 },  { { 5, 0, 0, 0, 0 }, 0 },
		{ { 4, 0, 0, 1, 9 }, 0 },     { { 0, 90, 0, 1, 9 }, 0 },
	};

	for (size_t i = 0; i < LENGTH(heads); i++) {
		test_case("length of a reply %d %d", heads[i].head[0], heads[i].head[3]);
		EXPECT_NUMBER(socks_reply_length(heads[i].head), heads[i].len);
		EXPECT(heads[i].len <= SOCKS_REPLY);
	}
}

static void test_codes(void)
{
	static const struct {
		unsigned code;
		enum err_kind kind;
		const char *part;
	} codes[] = {
		{ 0, ERR_NONE, NULL },
		{ 1, ERR_NET, "has failed" },
		{ 2, ERR_UNAVAILABLE, "rules" },
		{ 3, ERR_NET, "the relay's network" },
		{ 4, ERR_NET, "can't reach the relay" },
		{ 5, ERR_NET, "refused" },
		{ 6, ERR_NET, "TTL" },
		{ 7, ERR_UNAVAILABLE, "does not make connections" },
		{ 8, ERR_UNAVAILABLE, "address" },
		{ 9, ERR_UNAVAILABLE, "code 9" },
		{ 255, ERR_UNAVAILABLE, "code 255" },
	};

	for (size_t i = 0; i < LENGTH(codes); i++) {
		CLEANUP(err_done) struct err err = ERR_INIT;
		test_case("code %u", codes[i].code);
		EXPECT_NUMBER(socks_judge(codes[i].code, &err), codes[i].kind == ERR_NONE);
		EXPECT_NUMBER(err.kind, codes[i].kind);
		if (codes[i].part)
			EXPECT_PART(err.text, codes[i].part);
	}
}

/* The proxy's bytes, all at once; `left` must stay unread. */
static const struct {
	const char *name;
	struct bytes said;
	bool is_open; /* the proxy has not closed */
	enum err_kind kind;
	const char *text;
} talks[] = {
	{ "done",
	  TEXT("\5\0\5\0\0\1\0\0\0\0\0\0"
	       "220 hi"),
	  true, ERR_NONE, NULL },
	{ "done, with a name",
	  TEXT("\5\0\5\0\0\3\4host\0\1"
	       "220 hi"),
	  true, ERR_NONE, NULL },
	{ "done, with no name",
	  TEXT("\5\0\5\0\0\3\0\0\1"
	       "220 hi"),
	  true, ERR_NONE, NULL },
	{ "done, with IPv6",
	  TEXT("\5\0\5\0\0\4................\0\1"
	       "220 hi"),
	  true, ERR_NONE, NULL },
	{ "refused", TEXT("\5\0\5\5\0\1\0\0\0\0\0\0"), true, ERR_NET, "refused" },
	{ "refused in short", TEXT("\5\0\5\2"), false, ERR_UNAVAILABLE, "rules" },
	{ "a login", TEXT("\5\377"), true, ERR_UNAVAILABLE, "wants a login" },
	{ "a method nobody asked for", TEXT("\5\2"), true, ERR_PROTO, "no SOCKS5 proxy" },
	{ "SOCKS4", TEXT("\4\0"), true, ERR_PROTO, "no SOCKS5 proxy" },
	{ "a relay", TEXT("220 mx ESMTP\r\n"), true, ERR_PROTO, "no SOCKS5 proxy" },
	{ "a relay after the method",
	  TEXT("\5\0"
	       "220 mx"),
	  true, ERR_PROTO, "no SOCKS5 proxy" },
	{ "an address of no type", TEXT("\5\0\5\0\0\2\0\0\0\0\0\0"), true, ERR_PROTO, "no SOCKS5" },
	{ "nothing", TEXT(""), false, ERR_NET, "hung up" },
	{ "half a method", TEXT("\5"), false, ERR_NET, "hung up" },
	{ "no reply", TEXT("\5\0"), false, ERR_NET, "hung up" },
	{ "half a reply", TEXT("\5\0\5\0\0\1\0\0\0\0\0"), false, ERR_NET, "hung up" },
	{ "silence", TEXT(""), true, ERR_NET, "does not answer" },
	{ "silence after the method", TEXT("\5\0"), true, ERR_NET, "does not answer" },
	{ "silence within the reply", TEXT("\5\0\5\0\0\3\4ho"), true, ERR_NET, "does not answer" },
};

static void check_peer(int ours, int theirs)
{
	static const struct bytes expected = TEXT("\5\1\0"
						  "\5\1\0\3\12mx.example\0\31");
	char found[64];
	ssize_t len = recv(theirs, found, sizeof found, MSG_DONTWAIT);

	expect_bytes(found, len > 0 ? (size_t)len : 0, &expected);
	len = recv(ours, found, sizeof found, MSG_DONTWAIT);
	expect_bytes(found, len > 0 ? (size_t)len : 0, &(const struct bytes)TEXT("220 hi"));
}

static void test_talks(void)
{
	for (size_t i = 0; i < LENGTH(talks); i++) {
		CLEANUP(err_done) struct err err = ERR_INIT;
		bool is_silent = talks[i].text && strstr(talks[i].text, "does not answer");
		int64_t deadline = is_silent ? clock_now() + 50 : clock_after(LONG_SECONDS);
		int ends[2];

		test_case("talk: %s", talks[i].name);
		EXPECT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
		EXPECT(fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0);
		EXPECT(write(ends[1], talks[i].said.bytes, talks[i].said.len) ==
		       (ssize_t)talks[i].said.len);
		if (!talks[i].is_open)
			EXPECT(shutdown(ends[1], SHUT_WR) == 0);
		EXPECT_NUMBER(socks_connect(ends[0], "mx.example", 25, deadline, &err),
			      talks[i].kind == ERR_NONE);
		EXPECT_NUMBER(err.kind, talks[i].kind);
		if (talks[i].text)
			EXPECT_PART(err.text, talks[i].text);
		else
			check_peer(ends[0], ends[1]);
		close(ends[0]);
		close(ends[1]);
	}
}

int main(void)
{
	test_begin("socks");
	test_requests();
	test_long_name();
	test_lengths();
	test_codes();
	test_talks();
	return test_end();
}
