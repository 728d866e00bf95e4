/* test_usage.c - how much of a queue each user takes */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "queue.h"

#include "queue/quota.h"
#include "queue/usage.h"

static const struct usage limit = { .count = 3, .bytes = 1000 };
static struct spool spool;

static enum err_kind reserve(unsigned uid, uint64_t bytes)
{
	CLEANUP(err_done) struct err err = ERR_INIT;

	return quota_reserve(&spool, uid, bytes, &limit, &err) ? ERR_NONE : err.kind;
}

static enum err_kind look(unsigned uid, uint64_t bytes)
{
	CLEANUP(err_done) struct err err = ERR_INIT;

	return quota_has_room(&spool, uid, bytes, &limit, &err) ? ERR_NONE : err.kind;
}

static void write_at(const char *name, off_t at, const char *bytes)
{
	int fd = openat(spool.top, name, O_WRONLY);

	EXPECT(fd >= 0 && pwrite(fd, bytes, strlen(bytes), at) == (ssize_t)strlen(bytes));
	close(fd);
}

/* Puts a message of that many octets into the queue, after it was reserved or without that. */
static void commit(unsigned uid, uint64_t bytes, bool is_counted, char id[RECORD_ID_LEN + 1])
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(entry_release) struct entry entry;
	CLEANUP(message_done) struct message message;

	message_init(&message);
	EXPECT(enqueue_begin(&spool, &entry, &err));
	EXPECT(ftruncate(entry.fd, (off_t)(MESSAGE_BODY_AT + bytes)) == 0);
	message_use(&message, entry.fd);
	message.body_len = bytes;
	entry.is_counted = is_counted;
	entry.record.uid = uid;
	entry.record.envelope.sender = mem_copy("a@a.example");
	envelope_add(&entry.record.envelope, mem_copy("b@b.example"));
	EXPECT(enqueue_commit(&entry, &message, &err));
	memcpy(id, entry.record.id, sizeof entry.record.id);
}

static enum err_kind put(unsigned uid, uint64_t bytes, char id[RECORD_ID_LEN + 1])
{
	enum err_kind kind = reserve(uid, bytes);

	if (kind == ERR_NONE)
		commit(uid, bytes, true, id);
	return kind;
}

static void take(const char *id)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(entry_release) struct entry entry;

	EXPECT_NUMBER(claim_take(&spool, SPOOL_QUEUE, id, &entry, &err), CLAIM_GOT);
	EXPECT(entry_remove(&entry, false, &err));
}

static void test_count(void)
{
	char ids[4][RECORD_ID_LEN + 1];

	test_case("the count is limited");
	for (int i = 0; i < 3; i++)
		EXPECT_NUMBER(put(2, 1, ids[i]), ERR_NONE);
	EXPECT_NUMBER(look(2, 0), ERR_DEFER);
	EXPECT_NUMBER(put(2, 0, ids[3]), ERR_DEFER);
	take(ids[0]);
	EXPECT_NUMBER(look(2, 0), ERR_NONE);
	EXPECT_NUMBER(put(2, 1, ids[0]), ERR_NONE);
	EXPECT_NUMBER(look(2, 0), ERR_DEFER);

	test_case("other users are not affected");
	EXPECT_NUMBER(reserve(3, 1000), ERR_NONE);
	EXPECT_NUMBER(look(4, 1000), ERR_NONE);
	for (int i = 0; i < 3; i++)
		take(ids[i]);
}

static void test_octets(void)
{
	char ids[2][RECORD_ID_LEN + 1];

	test_case("the octets are limited");
	EXPECT_NUMBER(look(2, UINT64_MAX), ERR_DEFER);
	EXPECT_NUMBER(put(2, 1001, ids[0]), ERR_DEFER);
	EXPECT_NUMBER(put(2, 999, ids[0]), ERR_NONE);
	EXPECT_NUMBER(put(2, 2, ids[1]), ERR_DEFER);
	EXPECT_NUMBER(put(2, 1, ids[1]), ERR_NONE);
	EXPECT_NUMBER(look(2, 1), ERR_DEFER);
	take(ids[0]);
	EXPECT_NUMBER(put(2, 999, ids[0]), ERR_NONE);
	EXPECT_NUMBER(look(2, 1), ERR_DEFER);
	take(ids[0]);
	take(ids[1]);
}

/* A queue file is made like that of a notice. */
static void test_uninvited(void)
{
	char ids[5][RECORD_ID_LEN + 1];

	test_case("a message without a reservation counts, beyond the limit, too");
	EXPECT_NUMBER(put(5, 1, ids[0]), ERR_NONE);
	for (int i = 1; i < 5; i++)
		commit(5, 1, false, ids[i]);
	EXPECT_NUMBER(look(5, 0), ERR_DEFER);
	take(ids[4]);
	take(ids[3]);
	EXPECT_NUMBER(look(5, 0), ERR_DEFER);
	take(ids[2]);
	EXPECT_NUMBER(look(5, 0), ERR_NONE);
	take(ids[1]);
	take(ids[0]);

	test_case("all together");
	commit(6, 1, false, ids[0]);
	for (unsigned uid = 1; uid < 6; uid++)
		for (int i = 0; i < 9; i++)
			usage_release(&spool, uid, UINT64_MAX);
	EXPECT(usage_is_below(&spool, 2));
	EXPECT(!usage_is_below(&spool, 1));
	take(ids[0]);
	EXPECT(usage_is_below(&spool, 1));
}

static void test_recounts(void)
{
	enum err_kind kind = ERR_NONE;

	test_case("a recount finds what is there");
	for (int i = 0; i < 3; i++)
		EXPECT_NUMBER(reserve(1, 100), ERR_NONE);
	EXPECT_NUMBER(reserve(1, 100), ERR_NONE);

	/* At most four recounts a minute: 1000 attempts are enough to reach this. */
	test_case("there is an end of recounts");
	for (int i = 0; i < 1000 && kind == ERR_NONE; i++)
		kind = reserve(1, 100);
	EXPECT_NUMBER(kind, ERR_DEFER);

	test_case("more is taken back than there is");
	usage_release(&spool, 3, UINT64_MAX);
	usage_release(&spool, 3, UINT64_MAX);
	usage_release(&spool, 12345, 1);
	EXPECT_NUMBER(reserve(3, 1000), ERR_NONE);
}

static void test_damage(void)
{
	test_case("a damaged figure is counted anew");
	EXPECT_NUMBER(reserve(2, 1000), ERR_NONE);
	write_at("usage/2", 0, "damaged");
	EXPECT_NUMBER(reserve(2, 1000), ERR_NONE);

	test_case("an empty one is, too, where the whole was never counted");
	write_at("usage/all", 0, "damaged");
	EXPECT(truncate("queue/usage/2", 0) == 0);
	EXPECT_NUMBER(reserve(2, 1000), ERR_NONE);
}

static void test_places(void)
{
	int places[3];

	test_case("places are taken and given back");
	for (int i = 0; i < 3; i++)
		places[i] = usage_take_place(&spool, 7, 3);
	EXPECT(places[0] >= 0 && places[1] >= 0 && places[2] >= 0);
	EXPECT_NUMBER(usage_take_place(&spool, 7, 3), -1);
	close(places[1]);
	places[1] = usage_take_place(&spool, 7, 3);
	EXPECT(places[1] >= 0);
	for (int i = 0; i < 3; i++)
		close(places[i]);
}

int main(void)
{
	test_begin("usage");
	test_case("a queue");
	queue_begin();
	queue_open(&spool);
	test_recounts();
	test_count();
	test_octets();
	test_uninvited();
	test_damage();
	test_places();
	spool_close(&spool);
	queue_end();
	return test_end();
}
