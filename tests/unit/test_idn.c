/* test_idn.c - domains beyond ASCII: their A-labels, and mappings that are refused */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "mail/idn.h"

static const struct {
	const char *path, *ascii;
} good[] = {
	{ "a@b.example", "a@b.example" },
	{ "a", "a" },
	{ "\"a b\"@[IPv6:::1]", "\"a b\"@[IPv6:::1]" },
	{ "a@bücher.example", "a@xn--bcher-kva.example" },
	{ "a@BÜCHER.Example.", "a@xn--bcher-kva.example." },
	{ "ä@bücher.example", "ä@xn--bcher-kva.example" },
	{ "a@straße.example", "a@xn--strae-oqa.example" },
	{ "a@ü.b_c.example", "a@xn--tda.b_c.example" },
	{ "a@b。example", "a@b.example" },
	{ "\"@\"@ü.example", "\"@\"@xn--tda.example" },
};

/*
 * Full-width and other forms of ASCII characters are mapped to these, and would end the path in a
 * command, or make it another one.
 */
static const char *const bad[] = {
	"a@b＞.example",
	"a@b﹥　NOTIFY＝NEVER.example",
	"a@b.example＞　SIZE＝1",
	"a@b＜c.example",
	"a@b.example＠c.example",
	"a@b＂c.example",
	"a@b℀c.example",
	"a@b\u037Ec.example",
	"a@ü\u00A0b.example",
	"a@ü（b）.example",
	"a@ü，b.example",
	"a@ü..b",
	"a@ü．．b",
	"a@．ü",
	"a@\u00AD",
	"a@ü\u2028b",
	"a@ü\302\205b",
	"a@-ü.example",
};

static void test_good(void)
{
	for (size_t i = 0; i < LENGTH(good); i++) {
		CLEANUP(err_done) struct err err = ERR_INIT;
		test_case("path/%s", good[i].path);
		CLEANUP(mem_free_at) char *ascii = idn_path(good[i].path, &err);
		EXPECT_TEXT(ascii, good[i].ascii);
		EXPECT_TEXT(err.text, NULL);
	}
}

static void test_bad(void)
{
	for (size_t i = 0; i < LENGTH(bad); i++) {
		CLEANUP(err_done) struct err err = ERR_INIT;
		test_case("none/%s", bad[i]);
		CLEANUP(mem_free_at) char *ascii = idn_path(bad[i], &err);
		EXPECT_TEXT(ascii, NULL);
		EXPECT_NUMBER(err.kind, ERR_INPUT);
		EXPECT_PART(err.text, "not a valid domain");
	}
}

int main(void)
{
	test_begin("idn");
	test_good();
	test_bad();
	return test_end();
}
