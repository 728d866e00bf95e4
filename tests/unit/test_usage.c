/* test_usage.c - how much of a queue each user takes */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "queue/usage.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static const struct usage limit = { .count = 3, .bytes = 1000 };
static struct spool spool;

static enum err_kind reserve(unsigned uid, uint64_t bytes)
{
	CLEANUP(err_done) struct err err = ERR_INIT;

	return usage_reserve(&spool, uid, bytes, &limit, &err) ? ERR_NONE : err.kind;
}

static enum err_kind look(unsigned uid, uint64_t bytes)
{
	CLEANUP(err_done) struct err err = ERR_INIT;

	return usage_has_room(&spool, uid, bytes, &limit, &err) ? ERR_NONE : err.kind;
}

static void write_at(const char *name, off_t at, const char *bytes)
{
	int fd = openat(spool.top, name, O_WRONLY);

	EXPECT(fd >= 0 && pwrite(fd, bytes, strlen(bytes), at) == (ssize_t)strlen(bytes));
	close(fd);
}

/* Nothing lies in this queue, so that a recount gives all back. It is made four times a minute. */
static void exhaust_recounts(unsigned uid)
{
	for (int i = 0; i < 4; i++) {
		while (reserve(uid, 400) == ERR_NONE && i == 3)
			;
		EXPECT_NUMBER(look(uid, 1001), ERR_DEFER);
	}
}

static void test_limits(void)
{
	test_case("a recount finds what is there");
	for (int i = 0; i < 3; i++)
		EXPECT_NUMBER(reserve(1, 100), ERR_NONE);
	EXPECT_NUMBER(reserve(1, 100), ERR_NONE);

	test_case("the count is limited");
	exhaust_recounts(2);
	usage_release(&spool, 2, 1000);
	for (int i = 0; i < 3; i++)
		usage_release(&spool, 2, 0);
	EXPECT_NUMBER(reserve(2, 0), ERR_NONE);
	EXPECT_NUMBER(reserve(2, 0), ERR_NONE);
	EXPECT_NUMBER(look(2, 0), ERR_NONE);
	EXPECT_NUMBER(reserve(2, 0), ERR_NONE);
	EXPECT_NUMBER(look(2, 0), ERR_DEFER);
	EXPECT_NUMBER(reserve(2, 0), ERR_DEFER);
	usage_release(&spool, 2, 0);
	EXPECT_NUMBER(reserve(2, 0), ERR_NONE);

	test_case("the octets are limited");
	for (int i = 0; i < 3; i++)
		usage_release(&spool, 2, 0);
	EXPECT_NUMBER(look(2, UINT64_MAX), ERR_DEFER);
	EXPECT_NUMBER(reserve(2, 1001), ERR_DEFER);
	EXPECT_NUMBER(reserve(2, 999), ERR_NONE);
	EXPECT_NUMBER(reserve(2, 2), ERR_DEFER);
	EXPECT_NUMBER(reserve(2, 1), ERR_NONE);
	EXPECT_NUMBER(reserve(2, 1), ERR_DEFER);
	usage_release(&spool, 2, 999);
	EXPECT_NUMBER(reserve(2, 999), ERR_NONE);

	test_case("other users are not affected");
	EXPECT_NUMBER(reserve(3, 1000), ERR_NONE);
	EXPECT_NUMBER(look(4, 1000), ERR_NONE);

	test_case("more is taken back than there is");
	usage_release(&spool, 3, UINT64_MAX);
	usage_release(&spool, 3, UINT64_MAX);
	usage_release(&spool, 12345, 1);
	EXPECT_NUMBER(reserve(3, 1000), ERR_NONE);
}

static void test_damage(void)
{
	test_case("a damaged figure is counted anew");
	write_at("usage/2", 0, "damaged");
	EXPECT_NUMBER(reserve(2, 1000), ERR_NONE);

	test_case("an empty one is, too, where the whole was never counted");
	write_at("usage/all", 0, "damaged");
	EXPECT(truncate("usage-of-unit-test/usage/2", 0) == 0);
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
	CLEANUP(err_done) struct err err = ERR_INIT;
	char folder[] = "/tmp/mailchute-usage-XXXXXX";

	test_begin("usage");
	test_case("a queue");
	EXPECT(mkdtemp(folder) && chdir(folder) == 0);
	EXPECT(spool_open(&spool, "usage-of-unit-test", true, &err));
	test_limits();
	test_damage();
	test_places();
	spool_close(&spool);
	EXPECT(system("rm -rf usage-of-unit-test") == 0 && rmdir(folder) == 0);
	return test_end();
}
