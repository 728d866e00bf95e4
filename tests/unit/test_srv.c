/* test_srv.c - SRV records: reading an answer of DNS, and the order of its records */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "net/srv.h"

#define TEXT(literal) (literal), sizeof(literal) - 1

/* A header with the counts of questions and answers, and names as they are on the wire. */
#define HEAD(questions, answers) "\x12\x34\x81\x80\0" questions "\0" answers "\0\0\0\0"
#define QUESTION                 "\13_submission\4_tcp\7example\0\0\41\0\1"
#define OWNER                    "\300\14"
#define SRV_IN                   "\0\41\0\1\0\0\1\54"
#define MX                       "\2mx\7example\0" /* 12 octets */

/* The list as "priority weight port target|"; NULL: not a message that can be read. */
static const struct {
	const char *name;
	const char *message;
	size_t len;
	const char *found;
	bool is_denied;
} messages[] = {
	{ "one", TEXT(HEAD("\1", "\1") QUESTION OWNER SRV_IN "\0\22\0\1\0\2\2\113" MX),
	  "1 2 587 mx.example|", false },
	{ "two and another kind between",
	  TEXT(HEAD("\1", "\3") QUESTION OWNER SRV_IN "\0\22\0\1\0\2\2\113" MX OWNER
						      "\0\1\0\1\0\0\1\54\0\4\177\0\0\1" OWNER SRV_IN
						      "\0\22\377\377\0\0\1\321" MX),
	  "1 2 587 mx.example|65535 0 465 mx.example|", false },
	{ "no question", TEXT(HEAD("\0", "\1") "\0" SRV_IN "\0\22\0\1\0\2\2\113" MX),
	  "1 2 587 mx.example|", false },
	{ "nothing", TEXT(HEAD("\1", "\0") QUESTION), "", false },
	{ "a compressed target",
	  TEXT(HEAD("\1", "\1") QUESTION OWNER SRV_IN "\0\13\0\1\0\2\2\113\2mx\300\35"),
	  "1 2 587 mx.example|", false },
	{ "no such service", TEXT(HEAD("\1", "\1") QUESTION OWNER SRV_IN "\0\7\0\0\0\0\0\0\0"), "",
	  true },
	{ "port 0", TEXT(HEAD("\1", "\1") QUESTION OWNER SRV_IN "\0\22\0\1\0\2\0\0" MX), "",
	  false },
	{ "a target that is an address",
	  TEXT(HEAD("\1", "\1") QUESTION OWNER SRV_IN
	       "\0\21\0\1\0\2\2\113\003127\0010\0010\0011\0"),
	  "", false },
	{ "a target with a blank",
	  TEXT(HEAD("\1", "\1") QUESTION OWNER SRV_IN "\0\22\0\1\0\2\2\113\2m \7example\0"), "",
	  false },
	{ "a target with a line end",
	  TEXT(HEAD("\1", "\1") QUESTION OWNER SRV_IN "\0\22\0\1\0\2\2\113\2m\n\7example\0"), "",
	  false },
	{ "a target with a dot in a label",
	  TEXT(HEAD("\1", "\1") QUESTION OWNER SRV_IN "\0\22\0\1\0\2\2\113\2m.\7example\0"), "",
	  false },
	{ "of another class",
	  TEXT(HEAD("\1", "\1") QUESTION OWNER "\0\41\0\3\0\0\1\54\0\22\0\1\0\2\2\113" MX), "",
	  false },
	{ "behind the answers",
	  TEXT(HEAD("\1", "\0") QUESTION OWNER SRV_IN "\0\22\0\1\0\2\2\113" MX), "", false },
	{ "empty", TEXT(""), NULL, false },
	{ "half a header", TEXT("\x12\x34\x81\x80\0\1\0\1\0\0\0"), NULL, false },
	{ "no answer where one is announced", TEXT(HEAD("\1", "\1") QUESTION), NULL, false },
	{ "half a question", TEXT(HEAD("\1", "\0") "\13_submission\4_t"), NULL, false },
	{ "half a record", TEXT(HEAD("\1", "\1") QUESTION OWNER "\0\41\0\1\0\0"), NULL, false },
	{ "less data than announced",
	  TEXT(HEAD("\1", "\1") QUESTION OWNER SRV_IN "\0\23\0\1\0\2\2\113" MX), NULL, false },
	{ "data that ends in the name",
	  TEXT(HEAD("\1", "\1") QUESTION OWNER SRV_IN "\0\21\0\1\0\2\2\113" MX), NULL, false },
	{ "data that goes on behind the name",
	  TEXT(HEAD("\1", "\1") QUESTION OWNER SRV_IN "\0\23\0\1\0\2\2\113" MX "x"), NULL, false },
	{ "data without a name", TEXT(HEAD("\1", "\1") QUESTION OWNER SRV_IN "\0\6\0\1\0\2\2\113"),
	  NULL, false },
	{ "data too short", TEXT(HEAD("\1", "\1") QUESTION OWNER SRV_IN "\0\2\0\1"), NULL, false },
	{ "a name that leads to itself",
	  TEXT(HEAD("\1", "\1") QUESTION OWNER SRV_IN "\0\10\0\1\0\2\2\113\300\71"), NULL, false },
	{ "a name that leads out",
	  TEXT(HEAD("\1", "\1") QUESTION OWNER SRV_IN "\0\10\0\1\0\2\2\113\377\377"), NULL, false },
	{ "many answers announced", TEXT("\x12\x34\x81\x80\0\0\377\377\0\0\0\0"), NULL, false },
};

static void print(const struct srv_list *list, struct str *out)
{
	for (size_t i = 0; i < list->count; i++)
		str_addf(out, "%d %d %d %s|", list->items[i].priority, list->items[i].weight,
			 list->items[i].port, list->items[i].target);
}

static void test_messages(void)
{
	for (size_t i = 0; i < LENGTH(messages); i++) {
		CLEANUP(str_done) struct str found = STR_INIT;
		struct srv_list list;

		test_case("message: %s", messages[i].name);
		/* A separate copy, so that reading beyond its end is found. */
		CLEANUP(mem_free_at) unsigned char *copy = mem_alloc(messages[i].len);
		memcpy(copy, messages[i].message, messages[i].len);
		EXPECT_NUMBER(srv_parse(copy, messages[i].len, &list), messages[i].found != NULL);
		print(&list, &found);
		if (messages[i].found)
			EXPECT_TEXT(found.bytes, messages[i].found);
		EXPECT_NUMBER(list.is_denied, messages[i].is_denied);
	}
}

static void test_too_many(void)
{
	CLEANUP(str_done) struct str message = STR_INIT;
	struct srv_list list;

	test_case("more records than there is room for");
	str_add_n(&message, TEXT(HEAD("\1", "\100") QUESTION));
	for (int i = 0; i < 64; i++)
		str_add_n(&message, TEXT(OWNER SRV_IN "\0\22\0\1\0\2\2\113" MX));
	EXPECT(srv_parse((const unsigned char *)message.bytes, message.len, &list));
	EXPECT_NUMBER(list.count, SRV_MAX);
}

/* A list of "priority weight" pairs; the ports are their numbers from 1 on. */
struct weighted {
	int priority, weight;
};

static void fill(struct srv_list *list, const struct weighted *records)
{
	*list = (struct srv_list){ .count = 0 };
	for (; records->priority >= 0; records++) {
		list->items[list->count] = (struct srv){ .priority = (uint16_t)records->priority,
							 .weight = (uint16_t)records->weight,
							 .port = (uint16_t)(list->count + 1),
							 .target = "mx.example" };
		list->count++;
	}
}

static char *ports(const struct srv_list *list)
{
	struct str text = STR_INIT;

	for (size_t i = 0; i < list->count; i++)
		str_addf(&text, "%d", list->items[i].port);
	return str_take(&text);
}

static uint32_t draw_least(uint32_t limit)
{
	(void)limit;
	return 0;
}

static uint32_t draw_one(uint32_t limit)
{
	return limit > 0 ? 1 : 0;
}

static uint32_t draw_most(uint32_t limit)
{
	return limit;
}

/* The orders with the least lot, with 1, with the greatest, and by weight alone. */
static const struct {
	const char *name;
	struct weighted records[6];
	const char *least, *one, *most, *by_weight;
} orders[] = {
	{ "none", { { -1, 0 } }, "", "", "", "" },
	{ "one", { { 5, 5 }, { -1, 0 } }, "1", "1", "1", "1" },
	{ "priorities",
	  { { 30, 9 }, { 10, 1 }, { 20, 5 }, { -1, 0 } },
	  "231",
	  "231",
	  "231",
	  "231" },
	{ "weights", { { 0, 1 }, { 0, 2 }, { 0, 3 }, { -1, 0 } }, "123", "123", "321", "321" },
	{ "no weight comes first with lot 0",
	  { { 0, 5 }, { 0, 0 }, { -1, 0 } },
	  "21",
	  "12",
	  "12",
	  "12" },
	{ "no weights", { { 0, 0 }, { 0, 0 }, { 0, 0 }, { -1, 0 } }, "123", "123", "123", "123" },
	{ "both",
	  { { 2, 0 }, { 1, 7 }, { 2, 8 }, { 1, 0 }, { 1, 3 }, { -1, 0 } },
	  "42513",
	  "25431",
	  "52431",
	  "25431" },
	{ "great weights",
	  { { 0, 65535 }, { 0, 65535 }, { 0, 65535 }, { -1, 0 } },
	  "123",
	  "123",
	  "321",
	  "123" },
};

static void expect_order(const struct weighted *records, uint32_t (*draw)(uint32_t),
			 const char *expected)
{
	struct srv_list list;

	fill(&list, records);
	if (draw)
		srv_order(&list, draw);
	else
		srv_order_by_weight(&list);
	CLEANUP(mem_free_at) char *found = ports(&list);
	EXPECT_TEXT(found, expected);
}

static void test_orders(void)
{
	for (size_t i = 0; i < LENGTH(orders); i++) {
		test_case("order: %s", orders[i].name);
		expect_order(orders[i].records, draw_least, orders[i].least);
		expect_order(orders[i].records, draw_one, orders[i].one);
		expect_order(orders[i].records, draw_most, orders[i].most);
		expect_order(orders[i].records, NULL, orders[i].by_weight);
	}
}

/* Expected are 3 in 4; the bounds are more than ten standard deviations away. */
static void test_lots(void)
{
	static const struct weighted records[] = { { 0, 1 }, { 0, 3 }, { -1, 0 } };
	int first = 0;

	for (int i = 0; i < 10000; i++) {
		struct srv_list list;
		fill(&list, records);
		srv_order_by_lot(&list);
		first += list.items[0].port == 2;
	}
	/* The lots 0 to 4: 0 and 1 are the first one's. */
	test_case("lots fall after the weights: %s", first > 5500 && first < 6500 ? "yes" : "no");
	EXPECT(first > 5500 && first < 6500);
}

int main(void)
{
	test_begin("srv");
	test_messages();
	test_too_many();
	test_orders();
	test_lots();
	return test_end();
}
