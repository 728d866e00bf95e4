/* test_content_type.c - values and parameters of Content- fields */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "mail/content_type.h"

static const struct {
	const char *text;
	const char *expected; /* value, then name=value of each parameter, parted by | */
} table[] = {
	{ "", "" },
	{ "text/plain", "text/plain" },
	{ " Text/PLAIN ; Charset=\"utf-8\"\r\n", "text/plain|charset=utf-8" },
	{ "text/plain (as is); (really) charset = us-ascii (yes)", "text/plain|charset=us-ascii" },
	{ "multipart/mixed;\r\n\tboundary=\"a b; c=\\\"d\\\"\"",
	  "multipart/mixed|boundary=a b; c=\"d\"" },
	{ "multipart/mixed; boundary=----=_Part_1.2", "multipart/mixed|boundary=----=_Part_1.2" },
	{ "a/b; c; d=e;; f=", "a/b|d=e|f=" },
	{ "a/b; c=\"open", "a/b|c=open" },
	{ "a/b; c=d junk; e=f", "a/b|c=d|e=f" },
	{ "a/b; filename*0*=utf-8''%C3%A4; filename*1=b",
	  "a/b|filename*0*=utf-8''%C3%A4|filename*1=b" },
	{ "a/b (open", "a/b" },
	{ "attachment; filename=\"na\xc3\xafve.txt\"", "attachment|filename=na\xc3\xafve.txt" },
	{ "a/b; c=\"d\r\n e\"", "a/b|c=d e" },
};

static void test_table(void)
{
	for (size_t i = 0; i < LENGTH(table); i++) {
		CLEANUP(content_type_done) struct content_type type;
		CLEANUP(str_done) struct str found = STR_INIT;

		test_case("type/%s", table[i].text);
		content_type_init(&type, table[i].text, strlen(table[i].text));
		str_add(&found, type.value);
		for (size_t k = 0; k < type.count; k++)
			str_addf(&found, "|%s=%s", type.parameters[k].name,
				 type.parameters[k].value);
		EXPECT_TEXT(found.bytes, table[i].expected);
	}
}

static void test_find(void)
{
	static const char text[] = "text/plain; charset=a; CHARSET=b";
	CLEANUP(content_type_done) struct content_type type;

	test_case("find");
	content_type_init(&type, text, strlen(text));
	EXPECT_TEXT(content_type_find(&type, "charset"), "a");
	EXPECT(!content_type_find(&type, "name"));
	EXPECT(content_type_is(&type, "text/") && !content_type_is(&type, "text/plain2"));
}

static void test_join(void)
{
	static const struct {
		const char *parameters;
		const char *expected;
	} cases[] = {
		{ "b=c", "c" },
		{ "b*=us-ascii'en'c%20d%4", "c d%4" },
		{ "b*=c%3d", "c=" },
		{ "b*1=d; b*0=\"c \"; b*3=x", "c d" },
		{ "b*0*=us-ascii''c%27; b*1*=%27d; b*2=%20", "c''d%20" },
		{ "b=c; b*=''d", "c" },
		{ "b*1=c; bb*=x", NULL },
	};

	for (size_t i = 0; i < LENGTH(cases); i++) {
		CLEANUP(content_type_done) struct content_type type;
		CLEANUP(str_done) struct str text = STR_INIT;

		test_case("join/%s", cases[i].parameters);
		str_addf(&text, "a/b; %s", cases[i].parameters);
		content_type_init(&type, text.bytes, text.len);
		CLEANUP(mem_free_at) char *joined = content_type_join(&type, "b");
		EXPECT(!joined == !cases[i].expected);
		if (joined && cases[i].expected)
			EXPECT_TEXT(joined, cases[i].expected);
	}
}

int main(void)
{
	test_begin("content_type");
	test_table();
	test_find();
	test_join();
	return test_end();
}
