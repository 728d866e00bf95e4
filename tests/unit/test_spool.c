/* test_spool.c - the folders of a queue: opening, listing, locking */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "descriptors.h"
#include "queue.h"

#include <errno.h>

static enum err_kind open_as(struct spool *spool, bool creates)
{
	CLEANUP(err_done) struct err err = ERR_INIT;

	return spool_open(spool, "queue", creates, &err) ? ERR_NONE : err.kind;
}

static mode_t mode_of(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? st.st_mode & 07777 : 0;
}

static void touch(const char *folder, const char *name)
{
	CLEANUP(mem_free_at) char *path = queue_path(folder, name);
	int fd = open(path, O_WRONLY | O_CREAT, 0600);

	EXPECT(fd >= 0);
	close(fd);
}

static void test_missing(void)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(spool_close) struct spool spool;
	CLEANUP(spool_ids_done) struct spool_ids ids = { 0 };
	bool is_there = true;

	test_case("a missing queue is opened as an empty one, and is not made");
	EXPECT_NUMBER(open_as(&spool, false), ERR_NONE);
	EXPECT(spool_list(&spool, SPOOL_QUEUE, &ids, &err));
	EXPECT_NUMBER(ids.count, 0);
	EXPECT(spool_find(&spool, "00063F1C5B2A9E40AAAAAAAA", &is_there, &err) && !is_there);
	EXPECT(access("queue", F_OK) < 0);
}

static void test_folders(void)
{
	static const char *const paths[] = { "queue",        "queue/q",   "queue/hold",
					     "queue/failed", "queue/tmp", "queue/route" };
	CLEANUP(spool_close) struct spool spool;
	CLEANUP(spool_close) struct spool again;

	test_case("all folders are made, for the user alone");
	umask(0);
	EXPECT_NUMBER(open_as(&spool, true), ERR_NONE);
	umask(022);
	for (size_t i = 0; i < LENGTH(paths); i++)
		EXPECT_NUMBER(mode_of(paths[i]), 0700);
	EXPECT_NUMBER(open_as(&again, true), ERR_NONE);
	for (enum spool_folder i = SPOOL_QUEUE; i < SPOOL_FOLDERS; i++)
		EXPECT(queue_has(spool_folder_name(i), ""));
}

static void test_strangers(void)
{
	static const mode_t modes[] = { 0701, 0710, 0740, 0777 };

	for (size_t i = 0; i < LENGTH(modes); i++) {
		CLEANUP(spool_close) struct spool spool;
		test_case("a queue with mode %o is rejected", (unsigned)modes[i]);
		EXPECT(chmod("queue", modes[i]) == 0);
		EXPECT_NUMBER(open_as(&spool, true), ERR_SYSTEM);
	}
	EXPECT(chmod("queue", 0700) == 0);

	CLEANUP(spool_close) struct spool spool;
	test_case("a link in the place of a folder is rejected");
	EXPECT(rename("queue/hold", "elsewhere") == 0 &&
	       symlink("../elsewhere", "queue/hold") == 0);
	EXPECT_NUMBER(open_as(&spool, true), ERR_SYSTEM);
	EXPECT(unlink("queue/hold") == 0 && rename("elsewhere", "queue/hold") == 0);
}

static void test_list(void)
{
	static const char *const ids[] = { "00063F1C5B2A9E41AAAAAAAA", "00063F1C5B2A9E40ZZZZZZZZ",
					   "00063F1C5B2A9E40AAAAAAAA" };
	static const char *const others[] = { "README", "00063F1C5B2A9E40AAAAAAA",
					      "00063F1C5B2A9E40AAAAAAAAA",
					      "00063f1c5b2a9e40AAAAAAAA",
					      "00063F1C5B2A9E40AAAAAAA1" };
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(spool_close) struct spool spool;
	CLEANUP(spool_ids_done) struct spool_ids found = { 0 };

	test_case("a list has the ids, oldest first, and no other names");
	EXPECT_NUMBER(open_as(&spool, true), ERR_NONE);
	for (size_t i = 0; i < LENGTH(ids); i++)
		touch("q", ids[i]);
	for (size_t i = 0; i < LENGTH(others); i++)
		touch("q", others[i]);
	EXPECT(spool_list(&spool, SPOOL_QUEUE, &found, &err));
	EXPECT_NUMBER(found.count, LENGTH(ids));
	for (size_t i = 0; i < found.count && i < LENGTH(ids); i++)
		EXPECT_TEXT(found.items[i], ids[LENGTH(ids) - 1 - i]);
}

static void test_find(void)
{
	static const struct {
		const char *folder;
		const char *id;
		bool is_found;
	} table[] = {
		{ "q", "00063F1C5B2A9E40QAAAAAAA", true },
		{ "hold", "00063F1C5B2A9E40HAAAAAAA", true },
		{ "failed", "00063F1C5B2A9E40FAAAAAAA", true },
		{ "tmp", "00063F1C5B2A9E40TAAAAAAA", false },
	};
	CLEANUP(spool_close) struct spool spool;

	EXPECT_NUMBER(open_as(&spool, true), ERR_NONE);
	for (size_t i = 0; i < LENGTH(table); i++) {
		CLEANUP(err_done) struct err err = ERR_INIT;
		bool is_there = !table[i].is_found;
		test_case("a message in %s/ is %s", table[i].folder,
			  table[i].is_found ? "found" : "not found");
		touch(table[i].folder, table[i].id);
		EXPECT(spool_find(&spool, table[i].id, &is_there, &err));
		EXPECT_NUMBER(is_there, table[i].is_found);
	}
}

static void test_lock(void)
{
	int first = open("lock", O_RDWR | O_CREAT, 0600);
	int second = open("lock", O_RDWR);
	int copy = dup(first);

	test_case("a lock belongs to the descriptor and its copies");
	EXPECT(spool_lock_file(first));
	EXPECT(!spool_lock_file(second) && spool_is_locked_elsewhere(errno));
	EXPECT(spool_lock_file(copy));
	close(first);
	EXPECT(!spool_lock_file(second));
	close(copy);
	EXPECT(spool_lock_file(second));
	close(second);

	test_case("another error is no lock of another process");
	EXPECT(!spool_lock_file(-1) && !spool_is_locked_elsewhere(errno));
}

int main(void)
{
	int before = count_descriptors();

	test_begin("spool");
	test_case("a folder");
	queue_begin();
	test_missing();
	test_folders();
	test_strangers();
	test_list();
	test_find();
	test_lock();
	queue_end();
	test_case("no descriptor is left open");
	EXPECT_NUMBER(count_descriptors(), before);
	return test_end();
}
