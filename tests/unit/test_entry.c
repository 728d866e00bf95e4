/* test_entry.c - a message in the queue: added, claimed, changed in place, moved, removed */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "descriptors.h"
#include "queue.h"
#include "queue/note.h"

#include <time.h>

static struct spool spool;

static enum claim look(enum spool_folder folder, const char *id)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(entry_release) struct entry entry;

	return claim_take(&spool, folder, id, &entry, &err);
}

static size_t count(enum spool_folder folder)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(spool_ids_done) struct spool_ids ids = { 0 };

	EXPECT(spool_list(&spool, folder, &ids, &err));
	return ids.count;
}

static void take(const char *id, struct entry *entry)
{
	CLEANUP(err_done) struct err err = ERR_INIT;

	EXPECT_NUMBER(claim_take(&spool, SPOOL_QUEUE, id, entry, &err), CLAIM_GOT);
}

static void drop(enum spool_folder folder, const char *id)
{
	CLEANUP(mem_free_at) char *path = queue_path(spool_folder_name(folder), id);

	EXPECT(unlink(path) == 0 || rmdir(path) == 0);
}

/* Adding */

static void test_commit(void)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(message_done) struct message message;
	CLEANUP(entry_release) struct entry entry;

	test_case("a message has a name only after it was committed, and is locked then");
	queue_fill(&spool, &entry, &message);
	EXPECT_NUMBER(count(SPOOL_QUEUE), 0);
	EXPECT(enqueue_commit(&entry, &message, &err));
	EXPECT_NUMBER(count(SPOOL_QUEUE), 1);
	EXPECT_NUMBER(count(SPOOL_TMP), 0);
	EXPECT_NUMBER(look(SPOOL_QUEUE, entry.record.id), CLAIM_BUSY);
	EXPECT(entry_remove(&entry, true, &err));
}

static void test_withdrawn(void)
{
	test_case("nothing remains of a message that was not committed");
	for (int i = 0; i < 2; i++) {
		CLEANUP(message_done) struct message message;
		CLEANUP(entry_release) struct entry entry;
		queue_fill(&spool, &entry, &message);
		if (i == 0)
			continue;
		/* as on a file system without O_TMPFILE, where the file has a name */
		entry.tmp_name = mem_copy(entry.record.id);
		close(openat(spool.folders[SPOOL_TMP], entry.tmp_name, O_CREAT | O_WRONLY, 0600));
		EXPECT_NUMBER(count(SPOOL_TMP), 1);
	}
	EXPECT_NUMBER(count(SPOOL_QUEUE), 0);
	EXPECT_NUMBER(count(SPOOL_TMP), 0);
}

static void test_elsewhere(void)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(message_done) struct message message;
	CLEANUP(message_done) struct message other;
	CLEANUP(entry_release) struct entry entry;

	test_case("a message that is not in the file is not committed");
	queue_fill(&spool, &entry, &message);
	message_init(&other);
	EXPECT(!enqueue_commit(&entry, &other, &err) && err.kind == ERR_SYSTEM);
	EXPECT_NUMBER(count(SPOOL_QUEUE), 0);
}

static void test_room(void)
{
	static const struct {
		int max;
		bool has_room;
	} table[] = { { 0, true }, { 1, false }, { 2, false }, { 3, true } };
	char ids[2][RECORD_ID_LEN + 1];

	queue_put(&spool, ids[0]);
	queue_put(&spool, ids[1]);
	for (size_t i = 0; i < LENGTH(table); i++) {
		CLEANUP(err_done) struct err err = ERR_INIT;
		test_case("two messages wait, at most %d may", table[i].max);
		EXPECT_NUMBER(enqueue_has_room(&spool, table[i].max, &err), table[i].has_room);
		EXPECT_NUMBER(err.kind, table[i].has_room ? ERR_NONE : ERR_SYSTEM);
	}
	drop(SPOOL_QUEUE, ids[0]);
	drop(SPOOL_QUEUE, ids[1]);
}

/* Claiming */

static void test_claim(void)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(entry_release) struct entry entry;
	CLEANUP(entry_release) struct entry peeked;
	char id[RECORD_ID_LEN + 1];
	char bytes[sizeof QUEUE_BODY QUEUE_HEADER] = "";

	test_case("a claimed message is the one that was added");
	queue_put(&spool, id);
	take(id, &entry);
	EXPECT_TEXT(entry.record.id, id);
	EXPECT_TEXT(entry.record.envelope.sender, "a@a.example");
	EXPECT_NUMBER(entry.record.envelope.count, 2);
	EXPECT_TEXT(entry.record.envelope.recipients[1].address, "c@c.example");
	EXPECT(pread(entry.fd, bytes, sizeof bytes - 1, (off_t)entry.record.body.at) ==
	       sizeof bytes - 1);
	EXPECT_TEXT(bytes, QUEUE_BODY QUEUE_HEADER);

	test_case("it can be shown while it is claimed");
	EXPECT_NUMBER(look(SPOOL_QUEUE, id), CLAIM_BUSY);
	EXPECT_NUMBER(claim_peek(&spool, SPOOL_QUEUE, id, &peeked, &err), CLAIM_GOT);
	EXPECT_TEXT(peeked.record.id, id);
	entry_release(&entry);

	test_case("the claim ends with its release");
	EXPECT_NUMBER(look(SPOOL_QUEUE, id), CLAIM_GOT);

	test_case("a message that is not there is gone");
	EXPECT_NUMBER(look(SPOOL_HOLD, id), CLAIM_GONE);
	drop(SPOOL_QUEUE, id);
	EXPECT_NUMBER(look(SPOOL_QUEUE, id), CLAIM_GONE);
}

static void flip(const char *path, off_t at)
{
	int fd = open(path, O_RDWR);
	char byte = 0;

	EXPECT(fd >= 0 && pread(fd, &byte, 1, at) == 1);
	byte ^= 1;
	EXPECT(pwrite(fd, &byte, 1, at) == 1);
	close(fd);
}

static void damage_body(const char *path)
{
	flip(path, MESSAGE_BODY_AT);
}

static void damage_header(const char *path)
{
	flip(path, MESSAGE_BODY_AT + sizeof QUEUE_BODY);
}

static void damage_block(const char *path)
{
	flip(path, 0);
}

static void damage_end(const char *path)
{
	struct stat st;

	EXPECT(stat(path, &st) == 0 && truncate(path, st.st_size - 1) == 0);
}

static void damage_length(const char *path)
{
	EXPECT(truncate(path, 100) == 0);
}

static void damage_names(const char *path)
{
	EXPECT(link(path, "another-name") == 0);
}

static void damage_kind(const char *path)
{
	EXPECT(unlink(path) == 0 && mkdir(path, 0700) == 0);
}

static void damage_pipe(const char *path)
{
	EXPECT(unlink(path) == 0 && mkfifo(path, 0600) == 0);
}

static void damage_link(const char *path)
{
	EXPECT(rename(path, "target") == 0 && symlink("../../target", path) == 0);
}

static void test_damage(void)
{
	static const struct {
		const char *what;
		void (*damage)(const char *path);
	} table[] = {
		{ "a changed body", damage_body },
		{ "a changed header", damage_header },
		{ "another version", damage_block },
		{ "a trailer that is cut short", damage_end },
		{ "a block that is cut short", damage_length },
		{ "a second name", damage_names },
		{ "a folder", damage_kind },
		{ "a named pipe", damage_pipe },
		{ "a symbolic link", damage_link },
	};

	for (size_t i = 0; i < LENGTH(table); i++) {
		char id[RECORD_ID_LEN + 1];
		queue_put(&spool, id);
		CLEANUP(mem_free_at) char *path = queue_path("q", id);
		test_case("%s: set aside, and never sent", table[i].what);
		table[i].damage(path);
		EXPECT_NUMBER(look(SPOOL_QUEUE, id), CLAIM_DAMAGED);
		EXPECT(!spool_has(&spool, SPOOL_QUEUE, id) && spool_has(&spool, SPOOL_HOLD, id));
		EXPECT_NUMBER(look(SPOOL_HOLD, id), CLAIM_DAMAGED);
		EXPECT(spool_has(&spool, SPOOL_HOLD, id));
		drop(SPOOL_HOLD, id);
		unlink("another-name");
		unlink("target");
	}
}

static void test_other_id(void)
{
	static const char other[] = "00063F1C5B2A9E40AAAAAAAA";
	char id[RECORD_ID_LEN + 1];

	test_case("a file under another id is set aside");
	queue_put(&spool, id);
	EXPECT(renameat(spool.folders[SPOOL_QUEUE], id, spool.folders[SPOOL_QUEUE], other) == 0);
	EXPECT_NUMBER(look(SPOOL_QUEUE, other), CLAIM_DAMAGED);
	EXPECT(spool_has(&spool, SPOOL_HOLD, other));
	drop(SPOOL_HOLD, other);
}

/* In place */

static void test_status(void)
{
	static const char table[][3] = { "..", "?.", "D?", "Df", "cF", "FF" };
	char id[RECORD_ID_LEN + 1];

	queue_put(&spool, id);
	for (size_t i = 0; i < LENGTH(table); i++) {
		CLEANUP(err_done) struct err err = ERR_INIT;
		CLEANUP(str_done) struct str read = STR_INIT;
		CLEANUP(entry_release) struct entry entry;
		test_case("the status bytes %s last, and the checksum still matches", table[i]);
		take(id, &entry);
		entry.record.envelope.recipients[0].status = (enum recipient_status)table[i][0];
		entry.record.envelope.recipients[1].status = (enum recipient_status)table[i][1];
		EXPECT(entry_write_status(&entry, true, &err));
		entry_release(&entry);
		take(id, &entry);
		entry_add_status(&entry, &read);
		EXPECT_TEXT(read.bytes, table[i]);
	}
	drop(SPOOL_QUEUE, id);
}

static void test_progress(void)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(entry_release) struct entry entry;
	char id[RECORD_ID_LEN + 1];

	test_case("progress lasts, and the checksum still matches");
	queue_put(&spool, id);
	take(id, &entry);
	entry.record.progress = (struct record_progress){ .begun = 3,
							  .ended = 2,
							  .doubts = 1,
							  .next_try = 1764500000,
							  .flags = RECORD_RELEASED };
	EXPECT(entry_write_progress(&entry, &err));
	entry_release(&entry);
	take(id, &entry);
	EXPECT_NUMBER(entry.record.progress.begun, 3);
	EXPECT_NUMBER(entry.record.progress.ended, 2);
	EXPECT_NUMBER(entry.record.progress.doubts, 1);
	EXPECT_NUMBER(entry.record.progress.next_try, 1764500000);
	EXPECT_NUMBER(entry.record.progress.flags, RECORD_RELEASED);
	drop(SPOOL_QUEUE, id);
}

static void test_notes(void)
{
	CLEANUP(entry_release) struct entry entry;
	char id[RECORD_ID_LEN + 1];
	char notes[100] = "";
	struct note note = { 0 };

	test_case("notes follow the trailer, and the checksum still matches");
	queue_put(&spool, id);
	take(id, &entry);
	entry_note(&entry, "1764500000 EX_OK first");
	entry_note(&entry, "1764500001 EX_TEMPFAIL second");
	entry_release(&entry);
	take(id, &entry);
	EXPECT(pread(entry.fd, notes, sizeof notes - 1, (off_t)entry.record.notes_at) > 0);
	EXPECT_TEXT(notes, "1764500000 EX_OK first\n1764500001 EX_TEMPFAIL second\n");
	EXPECT(note_last(notes, &note) && note.when == 1764500001);
	drop(SPOOL_QUEUE, id);
}

/* Leaving */

static void test_remove(void)
{
	CLEANUP(err_done) struct err err = ERR_INIT;

	for (int is_synced = 0; is_synced < 2; is_synced++) {
		CLEANUP(entry_release) struct entry entry;
		test_case("a message is removed, %s", is_synced ? "synced" : "to be synced later");
		queue_add(&spool, &entry);
		EXPECT(entry_remove(&entry, is_synced, &err));
		EXPECT_NUMBER(count(SPOOL_QUEUE), 0);
		EXPECT_NUMBER(spool.is_unsynced, !is_synced);
		EXPECT(spool_sync(&spool, &err) && !spool.is_unsynced);
	}
}

static void test_move(void)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(entry_release) struct entry entry;
	CLEANUP(entry_release) struct entry moved;
	CLEANUP(str_done) struct str status = STR_INIT;
	char id[RECORD_ID_LEN + 1];

	test_case("a message is moved with its status");
	queue_put(&spool, id);
	take(id, &entry);
	entry.record.envelope.recipients[0].status = 'D';
	entry.record.envelope.recipients[1].status = 'F';
	EXPECT(entry_move(&entry, SPOOL_FAILED, &err));
	EXPECT_NUMBER(entry.folder, SPOOL_FAILED);
	EXPECT(!spool_has(&spool, SPOOL_QUEUE, id));
	entry_release(&entry);
	EXPECT_NUMBER(claim_take(&spool, SPOOL_FAILED, id, &moved, &err), CLAIM_GOT);
	entry_add_status(&moved, &status);
	EXPECT_TEXT(status.bytes, "DF");

	test_case("a move replaces no file");
	close(openat(spool.folders[SPOOL_HOLD], id, O_CREAT | O_WRONLY, 0600));
	EXPECT(!entry_move(&moved, SPOOL_HOLD, &err) && err.kind == ERR_SYSTEM);
	EXPECT(spool_has(&spool, SPOOL_FAILED, id));
	drop(SPOOL_HOLD, id);
	drop(SPOOL_FAILED, id);
}

/* tmp/ */

static int make_old(const char *id, time_t age)
{
	CLEANUP(mem_free_at) char *path = queue_path("tmp", id);
	const struct timespec times[2] = { { .tv_sec = time(NULL) - age },
					   { .tv_sec = time(NULL) - age } };
	int fd = open(path, O_RDWR | O_CREAT, 0600);

	EXPECT(fd >= 0 && futimens(fd, times) == 0);
	return fd;
}

static void test_sweep(void)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	const time_t day = 24 * 60 * 60;
	int locked = make_old("00063F1C5B2A9E40AAAAAAAA", 2 * day);

	test_case("old files in tmp/ are removed, unless a process writes them");
	EXPECT(spool_lock_file(locked));
	close(make_old("00063F1C5B2A9E40BBBBBBBB", 2 * day));
	close(make_old("00063F1C5B2A9E40CCCCCCCC", day));
	close(make_old("notes-of-the-user", 2 * day));
	EXPECT(enqueue_sweep(&spool, &err));
	EXPECT(queue_has("tmp", "00063F1C5B2A9E40AAAAAAAA"));
	EXPECT(!queue_has("tmp", "00063F1C5B2A9E40BBBBBBBB"));
	EXPECT(queue_has("tmp", "00063F1C5B2A9E40CCCCCCCC"));
	EXPECT(queue_has("tmp", "notes-of-the-user"));
	close(locked);
}

int main(void)
{
	int before = count_descriptors();

	test_begin("entry");
	test_case("a queue");
	queue_begin();
	queue_open(&spool);
	test_commit();
	test_withdrawn();
	test_elsewhere();
	test_room();
	test_claim();
	test_damage();
	test_other_id();
	test_status();
	test_progress();
	test_notes();
	test_remove();
	test_move();
	test_sweep();
	spool_close(&spool);
	queue_end();
	test_case("no descriptor is left open");
	EXPECT_NUMBER(count_descriptors(), before);
	return test_end();
}
