/* test_structure.c - the parts of a message */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "mail/structure.h"

#define MIXED "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
#define NL    "\r\n"

/*
 * Each part as its kind and the bytes of its body: L a leaf, M a multipart, R a message; a
 * following s: sealed. For a multipart the bytes are the text before and after its parts.
 */
static const struct {
	const char *name;
	const char *text;
	const char *expected;
} table[] = {
	{ "nothing", "", "L[]" },
	{ "an empty line", NL, "L[]" },
	{ "a header alone", "A: b" NL NL, "L[]" },
	{ "a header without its end", "A: b" NL, "L[]" },
	{ "text", "A: b" NL NL "x" NL, "L[x\\n]" },
	{ "two parts", MIXED "--b" NL NL "x" NL "--b" NL "A: c" NL NL "y" NL NL "--b--" NL,
	  "M[][] L[x] L[y\\n]" },
	{ "text around them", MIXED "pre" NL "--b" NL NL "x" NL "--b--" NL "post" NL,
	  "M[pre\\n][post\\n] L[x]" },
	{ "empty parts", MIXED "--b" NL "A: c" NL NL "--b" NL NL "--b--" NL, "M[][] L[] L[]" },
	{ "a part that is no more than a boundary", MIXED "--b" NL "A: c" NL "--b--" NL,
	  "M[][] L[]" },
	{ "a multipart without its boundary is a leaf", MIXED "x" NL, "L[x\\n]" },
	{ "no last boundary", MIXED "--b" NL NL "x" NL, "M[][] L[x\\n]" },
	{ "blanks behind a boundary", MIXED "--b \t" NL NL "x" NL "--b-- " NL, "M[][] L[x]" },
	{ "what is no boundary",
	  MIXED "--b" NL NL "--bc" NL "--b x" NL " --b" NL "--b-" NL "--b--" NL,
	  "M[][] L[--bc\\n--b x\\n --b\\n--b-]" },
	{ "boundaries behind the last one", MIXED "--b" NL NL "x" NL "--b--" NL "--b" NL "y" NL,
	  "M[][--b\\ny\\n] L[x]" },
	{ "nested",
	  MIXED "--b" NL "Content-Type: multipart/alternative; boundary=c" NL NL "--c" NL NL "x" NL
		"--c" NL NL "y" NL "--c--" NL "--b" NL NL "z" NL "--b--" NL,
	  "M[][] M[][] L[x] L[y] L[z]" },
	{ "nested, ended by the outer boundary",
	  MIXED "--b" NL "Content-Type: multipart/alternative; boundary=c" NL NL "--c" NL NL "x" NL
		"--b" NL NL "z" NL "--b--" NL,
	  "M[][] M[][] L[x] L[z]" },
	{ "text behind the inner parts",
	  MIXED "--b" NL "Content-Type: multipart/alternative; boundary=c" NL NL "--c" NL NL "x" NL
		"--c--" NL "post" NL "--b--" NL,
	  "M[][] M[][post] L[x]" },
	{ "a message in a message", "Content-Type: message/rfc822" NL NL "Subject: x" NL NL "y" NL,
	  "R[Subject: x\\n\\ny\\n] L[y\\n]" },
	{ "a message as a part",
	  MIXED "--b" NL "Content-Type: message/rfc822" NL NL "A: x" NL NL "y" NL "--b--" NL,
	  "M[][] R[A: x\\n\\ny] L[y]" },
	{ "a message that is a multipart",
	  MIXED "--b" NL "Content-Type: message/rfc822" NL NL
		"Content-Type: multipart/mixed; boundary=c" NL NL "--c" NL NL "x" NL "--c--" NL
		"--b--" NL,
	  "M[][] R[Content-Type: multipart/mixed; boundary=c\\n\\n--c\\n\\nx\\n--c--] M[][] L[x]" },
	{ "a digest",
	  "Content-Type: multipart/digest; boundary=b" NL NL "--b" NL NL "A: x" NL NL "y" NL
	  "--b--" NL,
	  "M[][] R[A: x\\n\\ny] L[y]" },
	{ "an encoding of a multipart means nothing",
	  "Content-Transfer-Encoding: base64" NL MIXED "--b" NL NL "x" NL "--b--" NL, "M[][] L[x]" },
	{ "signed",
	  MIXED "--b" NL "Content-Type: multipart/signed; boundary=c" NL NL "--c" NL NL "x" NL
		"--c" NL NL "s" NL "--c--" NL "--b" NL NL "z" NL "--b--" NL,
	  "M[][] Ms[][] Ls[x] Ls[s] L[z]" },
	{ "PKCS#7", "Content-Type: application/pkcs7-mime" NL NL "x" NL, "Ls[x\\n]" },
	{ "DKIM", "DKIM-Signature: v=1" NL MIXED "--b" NL NL "x" NL "--b--" NL, "Ms[][] Ls[x]" },
};

static void add_range(struct str *out, const char *text, uint64_t from, uint64_t to)
{
	str_add_char(out, '[');
	for (uint64_t i = from; i < to; i++)
		if (text[i] != '\r')
			str_add(out, text[i] == '\n' ? "\\n" : (char[]){ text[i], 0 });
	str_add_char(out, ']');
}

static void describe(const struct part *part, const char *text, struct str *out)
{
	str_addf(out, "%s%c%s", out->len ? " " : "", "LMR"[part->kind],
		 part -> is_sealed ? "s" : "");
	if (part->kind == PART_MULTIPART) {
		add_range(out, text, part->body_at, part->inner_at);
		add_range(out, text, part->epilogue_at, part->end);
	} else {
		add_range(out, text, part->body_at, part->end);
	}
}

static void test_table(void)
{
	for (size_t i = 0; i < LENGTH(table); i++)
		for (size_t step = 1; step < 100; step += 32) {
			CLEANUP(structure_done) struct structure structure;
			CLEANUP(err_done) struct err err = ERR_INIT;
			CLEANUP(str_done) struct str found = STR_INIT;
			const char *text = table[i].text;
			size_t len = strlen(text);

			test_case("parts/%s by %zu", table[i].name, step);
			structure_init(&structure);
			for (size_t at = 0; at < len; at += step)
				structure_take(&structure, text + at,
					       len - at < step ? len - at : step);
			EXPECT(structure_end(&structure, &err));
			for (size_t k = 0; k < structure.count; k++)
				describe(&structure.parts[k], text, &found);
			EXPECT_TEXT(found.bytes, table[i].expected);
		}
}

static void test_limits(void)
{
	CLEANUP(structure_done) struct structure many;
	CLEANUP(structure_done) struct structure deep;
	CLEANUP(err_done) struct err err = ERR_INIT;

	test_case("too many parts");
	structure_init(&many);
	structure_take(&many, MIXED, sizeof MIXED - 1);
	for (int i = 0; i < STRUCTURE_PARTS_MAX + 5; i++)
		structure_take(&many, "--b\r\n\r\n", 7);
	EXPECT(!structure_end(&many, &err));
	EXPECT_NUMBER(err.kind, ERR_INPUT);

	test_case("what lies too deep is a leaf");
	structure_init(&deep);
	for (int i = 0; i < STRUCTURE_DEPTH_MAX + 50; i++)
		structure_take(&deep, "Content-Type: message/rfc822\r\n\r\n", 32);
	EXPECT(structure_end(&deep, &err));
	EXPECT_NUMBER(deep.count, STRUCTURE_DEPTH_MAX + 1);
}

int main(void)
{
	test_begin("structure");
	test_table();
	test_limits();
	return test_end();
}
