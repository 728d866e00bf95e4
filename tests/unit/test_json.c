/* test_json.c - reading a JSON object: the values taken from it, and texts that are no object */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "base/json.h"

static const struct {
	const char *name;
	const char *text;
	enum json_kind kind;
	const char *value; /* of the member "a" */
} objects[] = {
	{ "nothing in it", "{}", JSON_NONE, "" },
	{ "blanks everywhere", " \t\r\n{ \"a\" :\n\"x\" \t} \n", JSON_STRING, "x" },
	{ "an empty text", "{\"a\":\"\"}", JSON_STRING, "" },
	{ "second of three", "{\"b\":1,\"a\":\"x\",\"c\":2}", JSON_STRING, "x" },
	{ "the last one counts", "{\"a\":\"x\",\"a\":5}", JSON_NUMBER, "5" },
	{ "not that of an object within", "{\"b\":{\"a\":\"x\"}}", JSON_NONE, "" },
	{ "not that of an object in a list", "{\"b\":[{\"a\":\"x\"}]}", JSON_NONE, "" },
	{ "another letter case", "{\"A\":\"x\"}", JSON_NONE, "" },
	{ "a longer name", "{\"aa\":\"x\"}", JSON_NONE, "" },
	{ "a name with escapes", "{\"\\u0061\":\"x\"}", JSON_STRING, "x" },
	{ "true", "{\"a\":true}", JSON_NONE, "" },
	{ "false", "{\"a\": false }", JSON_NONE, "" },
	{ "null", "{\"a\":null}", JSON_NONE, "" },
	{ "an object", "{\"a\":{\"b\":{}}}", JSON_NONE, "" },
	{ "a list", "{\"a\":[1,\"x\",[ ],{}, null]}", JSON_NONE, "" },
	{ "every short escape", "{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"}", JSON_STRING,
	  "\"\\/\b\f\n\r\t" },
	{ "code points", "{\"a\":\"\\u0041\\u00e9\\u20AC\"}", JSON_STRING,
	  "A\303\251\342\202\254" },
	{ "a pair", "{\"a\":\"\\ud83d\\uDE00\"}", JSON_STRING, "\360\237\230\200" },
	{ "the last code point", "{\"a\":\"\\udbff\\udfff\"}", JSON_STRING, "\364\217\277\277" },
	{ "UTF-8 as it is", "{\"a\":\"\303\251\"}", JSON_STRING, "\303\251" },
	{ "an integer", "{\"a\":3599}", JSON_NUMBER, "3599" },
	{ "an integer with blanks", "{\"a\": 3599 \n}", JSON_NUMBER, "3599" },
	{ "zero", "{\"a\":0}", JSON_NUMBER, "0" },
	{ "a negative number", "{\"a\":-0.5e-3,\"b\":1}", JSON_NUMBER, "-0.5e-3" },
	{ "an exponent", "{\"a\":1E+2}", JSON_NUMBER, "1E+2" },
};

static const struct {
	const char *name;
	const char *text;
} refused[] = {
	{ "nothing", "" },
	{ "blanks", " \n" },
	{ "a text", "\"a\"" },
	{ "a list", "[]" },
	{ "a bare word", "token" },
	{ "half an object", "{" },
	{ "half a name", "{\"a" },
	{ "no colon", "{\"a\" 1}" },
	{ "no value", "{\"a\":}" },
	{ "no value at the end", "{\"a\":" },
	{ "no end", "{\"a\":1" },
	{ "a comma too many", "{\"a\":1,}" },
	{ "a comma too many in a list", "{\"a\":[1,]}" },
	{ "a comma alone", "{,}" },
	{ "something behind it", "{} x" },
	{ "two objects", "{}{}" },
	{ "another bracket", "{\"a\":[1}" },
	{ "a name without quotes", "{a:1}" },
	{ "single quotes", "{'a':1}" },
	{ "a comment", "{/* */}" },
	{ "an unknown word", "{\"a\":nul}" },
	{ "a word that goes on", "{\"a\":nullx}" },
	{ "an unknown escape", "{\"a\":\"\\x41\"}" },
	{ "half an escape", "{\"a\":\"\\u00" },
	{ "an escape with other digits", "{\"a\":\"\\u00g0\"}" },
	{ "half a pair", "{\"a\":\"\\ud83d\"}" },
	{ "half a pair and a text", "{\"a\":\"\\ud83dx\"}" },
	{ "half a pair and another escape", "{\"a\":\"\\ud83d\\n\"}" },
	{ "a first half twice", "{\"a\":\"\\ud83d\\ud83d\"}" },
	{ "a second half alone", "{\"a\":\"\\ude00\"}" },
	{ "a line end in a text", "{\"a\":\"x\n\"}" },
	{ "a tab in a text", "{\"a\":\"\t\"}" },
	{ "a backslash at the end", "{\"a\":\"\\" },
	{ "what is not UTF-8", "{\"a\":\"\377\"}" },
	{ "half of a UTF-8 sequence", "{\"a\":\"\303" },
	{ "a plus sign", "{\"a\":+1}" },
	{ "a leading zero", "{\"a\":01}" },
	{ "a minus sign alone", "{\"a\":-}" },
	{ "a point without digits", "{\"a\":1.}" },
	{ "a point in front", "{\"a\":.5}" },
	{ "an exponent without digits", "{\"a\":1e}" },
	{ "an exponent with two signs", "{\"a\":1e+-2}" },
	{ "not a number", "{\"a\":NaN}" },
};

static void test_objects(void)
{
	for (size_t i = 0; i < LENGTH(objects); i++) {
		struct json_member wanted = { .name = "a", .value = STR_INIT };

		test_case("object/%s", objects[i].name);
		EXPECT(json_read_object(objects[i].text, strlen(objects[i].text), &wanted, 1));
		EXPECT_NUMBER(wanted.kind, objects[i].kind);
		EXPECT_TEXT(wanted.value.bytes, objects[i].value);
		str_done(&wanted.value);
	}
}

static void test_refused(void)
{
	for (size_t i = 0; i < LENGTH(refused); i++) {
		struct json_member wanted = { .name = "a", .value = STR_INIT };

		test_case("refused/%s", refused[i].name);
		EXPECT(!json_read_object(refused[i].text, strlen(refused[i].text), &wanted, 1));
		str_done(&wanted.value);
	}
}

static void test_several(void)
{
	static const char text[] = "{\"a\":\"x\",\"b\":2,\"c\":\"\\u0000y\"}";
	struct json_member wanted[] = {
		{ .name = "c", .value = STR_INIT },
		{ .name = "none", .kind = JSON_NUMBER, .value = STR_INIT },
		{ .name = "b", .value = STR_INIT },
	};

	test_case("several members");
	EXPECT(json_read_object(text, strlen(text), wanted, LENGTH(wanted)));
	EXPECT_NUMBER(wanted[0].value.len, 2);
	EXPECT(memcmp(wanted[0].value.bytes, "\0y", 3) == 0);
	EXPECT_NUMBER(wanted[1].kind, JSON_NONE);
	EXPECT_TEXT(wanted[2].value.bytes, "2");
	for (size_t i = 0; i < LENGTH(wanted); i++)
		str_done(&wanted[i].value);
}

static void test_limits(void)
{
	struct json_member wanted = { .name = "a", .value = STR_MAX(3) };

	test_case("a value as long as it may be");
	EXPECT(json_read_object("{\"a\":\"xyz\"}", 11, &wanted, 1));
	EXPECT_TEXT(wanted.value.bytes, "xyz");
	test_case("a value that is too long");
	EXPECT(!json_read_object("{\"a\":\"wxyz\"}", 12, &wanted, 1));
	test_case("a number that is too long");
	EXPECT(!json_read_object("{\"a\":1234}", 10, &wanted, 1));
	test_case("what is behind the length is not looked at");
	EXPECT(json_read_object("{\"a\":1}}", 7, &wanted, 1));
	str_done(&wanted.value);
}

/* An object whose member has `depth` nested lists. */
static bool is_read_with_depth(size_t lists)
{
	CLEANUP(str_done) struct str text = STR_INIT;

	str_add(&text, "{\"a\":");
	for (size_t i = 0; i < lists; i++)
		str_add_char(&text, '[');
	for (size_t i = 0; i < lists; i++)
		str_add_char(&text, ']');
	str_add_char(&text, '}');
	return json_read_object(text.bytes, text.len, NULL, 0);
}

static void test_depth(void)
{
	test_case("as deep as it may be");
	EXPECT(is_read_with_depth(JSON_DEPTH_MAX - 1));
	test_case("one deeper");
	EXPECT(!is_read_with_depth(JSON_DEPTH_MAX));
	test_case("much deeper");
	EXPECT(!is_read_with_depth(1000000));
}

int main(void)
{
	test_begin("json");
	test_objects();
	test_refused();
	test_several();
	test_limits();
	test_depth();
	return test_end();
}
