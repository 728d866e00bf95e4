/* test_changes.c - the changes of a header before it is sent */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "mail/changes.h"

/* Each step is one letter: a add, d drop, b body of the first field, r replace. */
static const struct {
	const char *name;
	const char *header;
	struct step {
		char what;
		const char *field;
		const char *body;
	} steps[4];
	const char *expected;
} table[] = {
	{ "line ends", "A: x\nB: y\r\n z\nC:", { { 0 } }, "A: x\r\nB: y\r\n z\r\nC:\r\n" },
	{ "bytes stay",
	  "a :  x \t\r\n\t\r\nA: \xF6\r\n",
	  { { 0 } },
	  "a :  x \t\r\n\t\r\nA: \xF6\r\n" },
	{ "what follows the empty line is not there", "A: x\n\nBcc: y\n", { { 0 } }, "A: x\r\n" },
	{ "order of additions",
	  "Received: x\n",
	  { { 'a', "From", "a@b" }, { 'a', "Date", "now" } },
	  "From: a@b\r\nDate: now\r\nReceived: x\r\n" },
	{ "an addition with a fold",
	  "",
	  { { 'a', "From", "x\r\n <a@b>" } },
	  "From: x\r\n <a@b>\r\n" },
	{ "dropped",
	  "To: a@b\nBcc: c@d\nSubject: x\n",
	  { { 'd', "Bcc", NULL } },
	  "To: a@b\r\nSubject: x\r\n" },
	{ "dropped with continuations",
	  "Bcc: c@d,\n e@f,\r\n\tg@h\nTo: a@b\n",
	  { { 'd', "Bcc", NULL } },
	  "To: a@b\r\n" },
	{ "dropped with a blank line of its own",
	  "Bcc: c@d,\n \n e@f\nTo: a@b\n",
	  { { 'd', "Bcc", NULL } },
	  "To: a@b\r\n" },
	{ "dropped with blanks before the colon, in any case",
	  "Bcc : c@d\nBCC\t: e@f\nTo: a@b\n",
	  { { 'd', "Bcc", NULL } },
	  "To: a@b\r\n" },
	{ "dropped at the end without a line end",
	  "To: a@b\nBcc: c@d",
	  { { 'd', "Bcc", NULL } },
	  "To: a@b\r\n" },
	{ "not what only looks like it",
	  "X-Bcc: x\nBccx: y\nBc: z\n",
	  { { 'd', "Bcc", NULL } },
	  "X-Bcc: x\r\nBccx: y\r\nBc: z\r\n" },
	{ "what was added is dropped, too",
	  "To: a\n",
	  { { 'a', "X", "1" }, { 'a', "Y", "2\r\n 3" }, { 'd', "x", NULL } },
	  "Y: 2\r\n 3\r\nTo: a\r\n" },
	{ "every field is dropped, and another one added",
	  "from : x,\n y\nTo: a@b\nFROM: z\nResent-From: r\n",
	  { { 'd', "From", NULL }, { 'a', "From", "c@d" } },
	  "From: c@d\r\nTo: a@b\r\nResent-From: r\r\n" },
	{ "a body in its place",
	  "X: y\nTo : a\n b\nCc: c\n",
	  { { 'b', "To", "d@e,\r\n f@g" } },
	  "X: y\r\nTo: d@e,\r\n f@g\r\nCc: c\r\n" },
	{ "the last body counts",
	  "To: a\n",
	  { { 'b', "To", "b" }, { 'b', "To", "c" } },
	  "To: c\r\n" },
	{ "replaced where the first stands",
	  "A: 1\nB: 2\na: 3\n",
	  { { 'r', "A", "4" } },
	  "A: 4\r\nB: 2\r\n" },
	{ "replaced where there is none", "B: 2\n", { { 'r', "A", "4" } }, "A: 4\r\nB: 2\r\n" },
};

static void take_step(struct changes *changes, const struct step *step)
{
	const struct header_field *field = header_find(changes->header, step->field);

	if (step->what == 'a')
		changes_add(changes, step->field, step->body);
	else if (step->what == 'd')
		changes_drop(changes, step->field);
	else if (step->what == 'r')
		changes_replace(changes, step->field, step->body);
	else
		changes_set_body(changes, (size_t)(field - changes->header->fields), step->body);
}

static void test_write(void)
{
	for (size_t i = 0; i < LENGTH(table); i++) {
		CLEANUP(header_done) struct header header = { 0 };
		CLEANUP(changes_done) struct changes changes;
		CLEANUP(str_done) struct str out = STR_INIT;

		test_case("write/%s", table[i].name);
		header_index(&header, table[i].header, strlen(table[i].header));
		changes_init(&changes, &header);
		for (size_t k = 0; k < LENGTH(table[i].steps) && table[i].steps[k].what; k++)
			take_step(&changes, &table[i].steps[k]);
		changes_write(&changes, &out);
		EXPECT_TEXT(out.bytes, table[i].expected);
	}
}

static void test_content(void)
{
	static const char text[] = "A:\r\n \r\nB: x\r\nC: y\r\n";
	CLEANUP(header_done) struct header header = { 0 };
	CLEANUP(changes_done) struct changes changes;

	test_case("content");
	header_index(&header, text, strlen(text));
	changes_init(&changes, &header);
	EXPECT(!changes_has_content(&changes, "A"));
	EXPECT(changes_has_content(&changes, "b"));
	changes_drop(&changes, "B");
	EXPECT(!changes_has_content(&changes, "B"));
	changes_set_body(&changes, 2, " \r\n ");
	EXPECT(!changes_has_content(&changes, "C"));
	changes_add(&changes, "D", "z");
	EXPECT(changes_has_content(&changes, "D"));
}

int main(void)
{
	test_begin("changes");
	test_write();
	test_content();
	return test_end();
}
