/* test_challenge.c - challenges that no library may see */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "smtp/challenge.h"

#include <limits.h>

#define BYTES(literal) literal, sizeof(literal) - 1

static const struct {
	const char *message;
	size_t len;
	unsigned long iterations;
} firsts[] = {
	{ BYTES("r=abc,s=c2FsdA==,i=4096"), 4096 },
	{ BYTES("r=abc,s=c2FsdA==,i=4096,x=1"), 4096 },
	{ BYTES("r=abc,s=c2FsdA==,i=1"), 1 },
	{ BYTES("r=abc,s=c2FsdA==,i=0"), 0 },
	{ BYTES("r=abc,s=c2FsdA==,i=2147483647"), 2147483647 },
	{ BYTES("r=abc,s=c2FsdA==,i=007"), 7 },
	{ BYTES("r=abc,s=c2FsdA==,i=99999999999999999999999"), ULONG_MAX },
	{ BYTES("r=abc,s=c2FsdA==,i="), 0 },
	{ BYTES("r=abc,s=c2FsdA==,i=-1"), 0 },
	{ BYTES("r=abc,s=c2FsdA==,i=4096x"), 0 },
	{ BYTES("r=abc,s=c2FsdA=="), 0 },
	{ BYTES("i=4096"), 0 },
	{ BYTES("v=c2ln"), 0 },
	{ BYTES(""), 0 },
};

static void test_iterations(void)
{
	for (size_t i = 0; i < LENGTH(firsts); i++) {
		test_case("iterations/%zu/%s", i, firsts[i].message);
		EXPECT(challenge_iterations(firsts[i].message, firsts[i].len) ==
		       firsts[i].iterations);
	}
	test_case("iterations/nothing behind the end is read");
	EXPECT_NUMBER(challenge_iterations("r=a,s=b,i=4096", strlen("r=a,s=b,i=40")), 40);
}

static const struct {
	const char *name;
	const char *message;
	size_t len;
	bool is_good;
} scrams[] = {
	{ "as RFC 7677 asks for", BYTES("r=a,s=b,i=4096"), true },
	{ "fewer", BYTES("r=a,s=b,i=1"), true },
	{ "as many as may be", BYTES("r=a,s=b,i=1000000"), true },
	{ "one more", BYTES("r=a,s=b,i=1000001"), false },
	{ "none", BYTES("v=c2ln"), true },
};

static void test_scram(void)
{
	for (size_t i = 0; i < LENGTH(scrams); i++) {
		CLEANUP(err_done) struct err err = ERR_INIT;

		test_case("SCRAM/%s", scrams[i].name);
		EXPECT_NUMBER(challenge_check_scram(scrams[i].message, scrams[i].len, &err),
			      scrams[i].is_good);
		EXPECT_NUMBER(err.kind, scrams[i].is_good ? ERR_NONE : ERR_PROTO);
	}
}

#define NTLM_HEAD "NTLMSSP\0\2\0\0\0"
#define NTLM_TAIL "\1\2\0\0abcdefgh"

/* The two numbers of the name's length, of which the second is its room, and its offset. */
static const struct {
	const char *name;
	const char *message;
	size_t len;
	bool is_good;
} ntlms[] = {
	{ "without a name", BYTES(NTLM_HEAD "\0\0\0\0\0\0\0\0" NTLM_TAIL), true },
	{ "with a name", BYTES(NTLM_HEAD "\4\0\4\0\x20\0\0\0" NTLM_TAIL "D\0M\0"), true },
	{ "a name that ends too late", BYTES(NTLM_HEAD "\5\0\5\0\x20\0\0\0" NTLM_TAIL "D\0M\0"),
	  false },
	{ "a name that begins too late", BYTES(NTLM_HEAD "\2\0\2\0\x24\0\0\0" NTLM_TAIL "D\0M\0"),
	  false },
	{ "a name that is very far", BYTES(NTLM_HEAD "\2\0\2\0\xff\xff\xff\xff" NTLM_TAIL), false },
	{ "a name that is very long", BYTES(NTLM_HEAD "\xff\xff\2\0\x20\0\0\0" NTLM_TAIL), false },
	{ "an octet too short", NTLM_HEAD "\0\0\0\0\0\0\0\0" NTLM_TAIL, 31, false },
	{ "another type", BYTES("NTLMSSP\0\1\0\0\0\0\0\0\0\0\0\0\0" NTLM_TAIL), false },
	{ "another signature", BYTES("NTLMSS-\0\2\0\0\0\0\0\0\0\0\0\0\0" NTLM_TAIL), false },
	{ "words", BYTES("ntlm supported"), false },
	{ "nothing", BYTES(""), false },
};

static void test_ntlm(void)
{
	for (size_t i = 0; i < LENGTH(ntlms); i++) {
		CLEANUP(err_done) struct err err = ERR_INIT;

		test_case("NTLM/%s", ntlms[i].name);
		EXPECT_NUMBER(challenge_check_ntlm(ntlms[i].message, ntlms[i].len, &err),
			      ntlms[i].is_good);
		EXPECT_NUMBER(err.kind, ntlms[i].is_good ? ERR_NONE : ERR_PROTO);
	}
}

int main(void)
{
	test_begin("challenge");
	test_iterations();
	test_scram();
	test_ntlm();
	return test_end();
}
