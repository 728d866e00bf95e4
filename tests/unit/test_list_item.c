/* test_list_item.c - how a message of the queue is shown */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/list_json.h"

#include "test.h"

#include <stdlib.h>
#include <time.h>

enum { NOW = 1800000000, MINUTE = 60, HOUR = 3600, DAY = 86400 };

#define ID "0006442C1D5A9E40K7QX2MDA"

/* A message to two recipients, two hours old, the second try ten minutes ago. */
static void fill(struct record *record)
{
	record_init(record);
	memcpy(record->id, ID, sizeof ID);
	record->created = NOW - 2 * HOUR;
	record->expires = NOW + 3 * DAY;
	record->body.len = 2000;
	record->header.len = 1000;
	record->uid = 1000;
	record->progress = (struct record_progress){
		.begun = 2, .ended = 2, .last_counted = NOW - 600, .next_try = NOW + 12 * MINUTE
	};
	record->envelope.sender = mem_copy("alice@a.example");
	envelope_add(&record->envelope, mem_copy("bob@b.example"));
	envelope_add(&record->envelope, mem_copy("carol@c.example"));
}

static const char notes[] = "1799992800 EX_TEMPFAIL mx.example:25: connecting: refused\n"
			    "1799999400 EX_TEMPFAIL bob@b.example: 450 4.2.1 mailbox busy\n";

static const struct {
	const char *name;
	enum list_state state;
	int64_t next_try;
	char status[3];
	const char *notes;
	const char *text;
} texts[] = {
	{ "one that waits", LIST_WAITING, NOW + 12 * MINUTE, "..", notes,
	  ID "  waiting, 2 h old, 2.9 kB, tried 2 times\n"
	     "    from alice@a.example\n"
	     "    to   bob@b.example\n"
	     "    to   carol@c.example\n"
	     "    10 min ago: bob@b.example: 450 4.2.1 mailbox busy\n"
	     "    next try in 12 min; expires in 3 d\n" },
	{ "one that is due", LIST_WAITING, NOW, "D.", "",
	  ID "  waiting, 2 h old, 2.9 kB, tried 2 times\n"
	     "    from alice@a.example\n"
	     "    to   carol@c.example\n"
	     "    1 other recipient has it\n"
	     "    due now: goes with the next run of the queue; expires in 3 d\n" },
	{ "one that is being sent", LIST_SENDING, NOW, "D?", "",
	  ID "  being sent, 2 h old, 2.9 kB, tried 2 times\n"
	     "    from alice@a.example\n"
	     "    to   carol@c.example (may have it already)\n"
	     "    1 other recipient has it\n"
	     "    is being sent right now\n" },
	{ "one that is held", LIST_HELD, NOW, "DD", "1799999990 EX_OK held\n",
	  ID "  held, 2 h old, 2.9 kB, tried 2 times\n"
	     "    from alice@a.example\n"
	     "    2 other recipients have it\n"
	     "    10 s ago: held\n"
	     "    held until you run: mailchute --queue-retry " ID "\n" },
	{ "one that failed", LIST_FAILED, NOW, "FD", "no number, no name\n",
	  ID "  failed, 2 h old, 2.9 kB, tried 2 times\n"
	     "    from alice@a.example\n"
	     "    to   bob@b.example (failed)\n"
	     "    1 other recipient has it\n"
	     "    no number, no name\n"
	     "    failed; for another try: mailchute --queue-retry " ID "\n" },
	{ "one whose reply is hostile", LIST_WAITING, NOW + 100, "D.",
	  "1799999000 EX_TEMPFAIL mx: 450 \x1b]0;x\x07 \xff and a reply that goes on and on, "
	  "over the end of a line of eighty columns\n",
	  ID "  waiting, 2 h old, 2.9 kB, tried 2 times\n"
	     "    from alice@a.example\n"
	     "    to   carol@c.example\n"
	     "    1 other recipient has it\n"
	     "    17 min ago: mx: 450 ?]0;x? ? and a reply that goes on and on, over the end\n"
	     "    of a line of eighty columns\n"
	     "    next try in 2 min; expires in 3 d\n" },
};

static void test_texts(void)
{
	for (size_t i = 0; i < LENGTH(texts); i++) {
		CLEANUP(record_done) struct record record;
		CLEANUP(str_done) struct str found = STR_INIT;
		const struct list_item item = { &record, texts[i].state, texts[i].notes, NULL };

		test_case("%s", texts[i].name);
		fill(&record);
		record.progress.next_try = texts[i].next_try;
		for (size_t r = 0; r < 2; r++)
			record.envelope.recipients[r].status = (enum recipient_status)texts[i].status[r];
		list_item_add_text(&found, &item, NOW);
		EXPECT_TEXT(found.bytes, texts[i].text);
		str_clear(&found);
		list_item_add_details(&found, &item, NOW);
		EXPECT_PART(found.bytes, "id         " ID "\nstate      ");
	}
}

static void test_set_aside(void)
{
	CLEANUP(record_done) struct record record;
	CLEANUP(str_done) struct str found = STR_INIT;
	const struct list_item item = { &record, LIST_HELD, "", NULL };

	fill(&record);
	test_case("one that ended in doubt too often");
	record.progress.doubts = 3;
	list_item_add_text(&found, &item, NOW);
	EXPECT_PART(found.bytes, "\n    set aside: it was sent several times without a reply");
	str_clear(&found);
	test_case("one that crashes");
	record.progress.doubts = 0;
	record.progress.begun = record.progress.ended + 3;
	list_item_add_text(&found, &item, NOW);
	EXPECT_PART(found.bytes, "\n    set aside: attempts to send it ended in a crash\n");
}

static void test_later(void)
{
	CLEANUP(record_done) struct record record;
	CLEANUP(str_done) struct str found = STR_INIT;
	const struct list_item item = { &record, LIST_WAITING, "", NULL };

	fill(&record);
	test_case("one that is to be sent later");
	record.progress.begun = record.progress.ended = 0;
	record.not_before = NOW + DAY;
	record.progress.next_try = NOW + DAY;
	list_item_add_text(&found, &item, NOW);
	EXPECT_TEXT(found.bytes,
		    ID "  waiting, 2 h old, 2.9 kB, tried 0 times\n"
		       "    from alice@a.example\n"
		       "    to   bob@b.example\n"
		       "    to   carol@c.example\n"
		       "    is to be sent on Sat, 16 Jan 2027 08:00:00 +0000; to send it "
		       "sooner:\n"
		       "    mailchute --queue-retry " ID "\n");
	str_clear(&found);
	list_json_add(&found, &item, NOW);
	EXPECT_PART(found.bytes, "\"next_try\": 1800086400, \"not_before\": 1800086400, ");
	str_clear(&found);
	list_item_add_details(&found, &item, NOW);
	EXPECT_PART(found.bytes, "\nnext try   Sat, 16 Jan 2027 08:00:00 +0000\n");
	str_clear(&found);
	test_case("one whose time has come");
	list_item_add_text(&found, &item, NOW + DAY);
	EXPECT_PART(found.bytes, "due now");
	str_clear(&found);
	test_case("one that was let go");
	record.progress.next_try = NOW;
	record.progress.flags = RECORD_RELEASED;
	list_item_add_text(&found, &item, NOW);
	EXPECT_PART(found.bytes, "due now");
}

static void test_damaged(void)
{
	CLEANUP(record_done) struct record record;
	CLEANUP(str_done) struct str found = STR_INIT;
	const struct list_item item = { &record, LIST_DAMAGED, "", "the checksum is wrong" };

	record_init(&record);
	memcpy(record.id, ID, sizeof ID);
	test_case("one that is damaged");
	list_item_add_text(&found, &item, NOW);
	EXPECT_TEXT(found.bytes, ID "  damaged\n"
				    "    is never sent: the checksum is wrong\n"
				    "    to delete it: mailchute --queue-remove " ID "\n");
	str_clear(&found);
	list_json_add(&found, &item, NOW);
	EXPECT_TEXT(found.bytes, "{\"id\": \"" ID "\", \"state\": \"damaged\", "
				 "\"problem\": \"the checksum is wrong\"}");
}

static void test_json(void)
{
	CLEANUP(record_done) struct record record;
	CLEANUP(str_done) struct str found = STR_INIT;
	const struct list_item item = {
		&record, LIST_WAITING,
		"1799999400 EX_TEMPFAIL 450 \"no\"\\\x01\xff \xc3\xa9\xf0\x9f\x93\xae\n", NULL
	};

	fill(&record);
	record.account = mem_copy("work");
	record.envelope.recipients[0].status = STATUS_DONE;
	test_case("JSON has every key, in ASCII");
	list_json_add(&found, &item, NOW);
	EXPECT_TEXT(found.bytes,
		    "{\"id\": \"" ID "\", \"state\": \"waiting\", \"created\": 1799992800, "
		    "\"expires\": 1800259200, \"next_try\": 1800000720, "
		    "\"not_before\": null, \"age\": 7200, "
		    "\"size\": 3000, \"sender\": \"alice@a.example\", \"recipients\": "
		    "[{\"address\": \"bob@b.example\", \"state\": \"done\"}, "
		    "{\"address\": \"carol@c.example\", \"state\": \"pending\"}], "
		    "\"attempts\": 2, \"last\": {\"time\": 1799999400, \"status\": "
		    "\"EX_TEMPFAIL\", \"text\": "
		    "\"450 \\\"no\\\"\\\\\\u0001\\ufffd \\u00e9\\ud83d\\udcee\"}, "
		    "\"account\": \"work\", \"config_file\": null, \"uid\": 1000}");
}

static void test_totals(void)
{
	CLEANUP(record_done) struct record record;
	CLEANUP(str_done) struct str found = STR_INIT;
	struct list_totals totals = { 0 };
	struct list_item item = { &record, LIST_WAITING, "", NULL };

	fill(&record);
	test_case("nothing");
	list_item_add_totals(&found, &totals, true, NOW);
	EXPECT_TEXT(found.bytes, "Mail queue is empty\n");
	str_clear(&found);

	test_case("the sum, and when it goes on");
	list_item_count(&totals, &item);
	record.progress.next_try = NOW + MINUTE;
	list_item_count(&totals, &item);
	item.state = LIST_FAILED;
	list_item_count(&totals, &item);
	list_item_add_totals(&found, &totals, false, NOW);
	EXPECT_TEXT(found.bytes, "-- 9 Kbytes in 3 Requests.\n");
	str_clear(&found);
	list_item_add_totals(&found, &totals, true, NOW);
	EXPECT_TEXT(found.bytes, "2 waiting (next try in 60 s), 1 failed\n"
				 "-- 9 Kbytes in 3 Requests.\n");
	str_clear(&found);
	list_item_add_totals(&found, &totals, true, NOW + HOUR);
	EXPECT_PART(found.bytes, "2 waiting (due now), 1 failed\n");
}

int main(void)
{
	setenv("TZ", "UTC", 1);
	tzset();
	test_begin("listitem");
	test_texts();
	test_set_aside();
	test_later();
	test_damaged();
	test_json();
	test_totals();
	return test_end();
}
