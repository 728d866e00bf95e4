/* test_record.c - the queue file's format: written and read again, damaged, cut short, made up */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "base/crc.h"
#include "queue/block.h"
#include "queue/envelopepart.h"
#include "queue/record.h"

#define ID "00063F1C5B2A9E40K7QX2MDA"

/* Random, and the same each time. */
static uint32_t next_random(void)
{
	static uint64_t state = 88172645463325252U;

	state = state * 6364136223846793005U + 1442695040888963407U;
	return (uint32_t)(state >> 32);
}

static uint32_t random_below(uint32_t bound)
{
	return next_random() % bound;
}

/* A file as the spool writes it: block, body, header, envelope, status, trailer. */
static void build(struct record *record, const char *body, const char *header, struct str *file)
{
	char block[RECORD_BLOCK];

	record->body = (struct record_part){ RECORD_BLOCK, strlen(body) };
	record->header = (struct record_part){ RECORD_BLOCK + strlen(body), strlen(header) };
	str_clear(file);
	str_add_n(file, block, sizeof block);
	str_add(file, body);
	str_add(file, header);
	envelopepart_add(record, file);
	block_write(record, block);
	record->crc = crc_32c(0, block, block_checked_len());
	record->crc = crc_32c(record->crc, file->bytes + RECORD_BLOCK,
			     (size_t)record->status_at - RECORD_BLOCK);
	block_write(record, block);
	memcpy(file->bytes, block, sizeof block);
}

/* Reads a file whole, with its checksum. */
static bool read_file(const char *file, size_t len, struct record *record, struct err *err)
{
	record_init(record);
	if (len < RECORD_BLOCK)
		return err_set(err, ERR_INPUT, "too short");
	if (!block_read(record, file, len, err))
		return false;
	size_t at = (size_t)record->envelope_part.at;
	if (!envelopepart_read(record, file + at, len - at, err))
		return false;
	uint32_t crc = crc_32c(0, file, block_checked_len());
	crc = crc_32c(crc, file + RECORD_BLOCK, (size_t)record->status_at - RECORD_BLOCK);
	return crc == record->crc || err_set(err, ERR_INPUT, "the checksum is wrong");
}

static bool can_read(const char *file, size_t len)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(record_done) struct record record;
	bool is_read = read_file(file, len, &record, &err);

	EXPECT(is_read || (err.kind == ERR_INPUT && err.text && *err.text));
	return is_read;
}

static void add_recipient(struct record *record, const char *address, const char *notify,
			  const char *orcpt, char status)
{
	struct recipient *added = envelope_add(&record->envelope, mem_copy(address));

	added->notify = notify ? mem_copy(notify) : NULL;
	added->orcpt = orcpt ? mem_copy(orcpt) : NULL;
	added->status = (enum recipient_status)status;
}

/* A record with something in every field. */
static void make_sample(struct record *record)
{
	record_init(record);
	memcpy(record->id, ID, sizeof ID);
	record->created = 1763900000;
	record->expires = 1764332000;
	record->progress = (struct record_progress){
		4, 3, 1, 2, 1763900700, 1763902000, RECORD_ROUTE_FAILED | RECORD_NULL_REFUSED
	};
	record->uid = 1000;
	record->is_raw = true;
	record->not_before = 1763910000;
	record->is_unfiltered = true;
	record->about = mem_copy("00063F1C5B2A9E40K7QX2MDA");
	record->config_file = mem_copy("/home/a b/50%/m\xC3\xBCll\nrc");
	record->account = mem_copy("work");
	record_add_option(record, mem_copy("port"), mem_copy("587"));
	record_add_option(record, mem_copy("user"), mem_copy(""));
	record->envelope.sender = mem_copy("alice@a.example");
	record->envelope.ret = mem_copy("HDRS");
	record->envelope.envid = mem_copy("QQ314159");
	record->envelope.size = 1234567;
	record->body_facts =
		(struct content_facts){ .is_8bit = true, .has_bare_cr = true, .line_max = 78 };
	record->header_facts.line_max = 1001;
	add_recipient(record, "bob@b.example", "SUCCESS,FAILURE", "rfc822;bob+40b.example", '.');
	add_recipient(record, "\"a b>\"@c.example", NULL, NULL, '?');
	add_recipient(record, "j\xC3\xBCrgen@b\xC3\xBC.example", "NEVER", NULL, 'D');
	add_recipient(record, "root", NULL, "rfc822;root", 'F');
}

static void expect_same_envelope(const struct envelope *found, const struct envelope *expected)
{
	EXPECT_TEXT(found->sender, expected->sender);
	EXPECT_TEXT(found->ret, expected->ret);
	EXPECT_TEXT(found->envid, expected->envid);
	EXPECT_NUMBER(found->size, expected->size);
	EXPECT_NUMBER(found->count, expected->count);
	for (size_t i = 0; i < found->count && i < expected->count; i++) {
		EXPECT_TEXT(found->recipients[i].address, expected->recipients[i].address);
		EXPECT_TEXT(found->recipients[i].notify, expected->recipients[i].notify);
		EXPECT_TEXT(found->recipients[i].orcpt, expected->recipients[i].orcpt);
		EXPECT_NUMBER(found->recipients[i].status, expected->recipients[i].status);
	}
}

static void expect_same_progress(const struct record_progress *found,
				 const struct record_progress *expected)
{
	EXPECT_NUMBER(found->begun, expected->begun);
	EXPECT_NUMBER(found->ended, expected->ended);
	EXPECT_NUMBER(found->doubts, expected->doubts);
	EXPECT_NUMBER(found->counted, expected->counted);
	EXPECT_NUMBER(found->last_counted, expected->last_counted);
	EXPECT_NUMBER(found->next_try, expected->next_try);
	EXPECT_NUMBER(found->flags, expected->flags);
}

static void expect_same(const struct record *found, const struct record *expected)
{
	EXPECT_TEXT(found->id, expected->id);
	EXPECT_NUMBER(found->created, expected->created);
	EXPECT_NUMBER(found->expires, expected->expires);
	EXPECT_NUMBER(found->body.at, expected->body.at);
	EXPECT_NUMBER(found->body.len, expected->body.len);
	EXPECT_NUMBER(found->header.at, expected->header.at);
	EXPECT_NUMBER(found->header.len, expected->header.len);
	EXPECT_NUMBER(found->envelope_part.at, expected->envelope_part.at);
	EXPECT_NUMBER(found->envelope_part.len, expected->envelope_part.len);
	EXPECT_NUMBER(found->status_at, expected->status_at);
	EXPECT_NUMBER(found->notes_at, expected->notes_at);
	EXPECT_NUMBER(found->uid, expected->uid);
	EXPECT_NUMBER(found->is_raw, expected->is_raw);
	EXPECT_NUMBER(found->not_before, expected->not_before);
	EXPECT_NUMBER(found->is_unfiltered, expected->is_unfiltered);
	EXPECT_TEXT(found->config_file, expected->config_file);
	EXPECT_TEXT(found->account, expected->account);
	EXPECT_TEXT(found->about, expected->about);
	EXPECT_NUMBER(found->option_count, expected->option_count);
	for (size_t i = 0; i < 2 * found->option_count && i < 2 * expected->option_count; i++)
		EXPECT_TEXT(found->options[i], expected->options[i]);
	expect_same_progress(&found->progress, &expected->progress);
	expect_same_envelope(&found->envelope, &expected->envelope);
	EXPECT(memcmp(&found->body_facts, &expected->body_facts, sizeof found->body_facts) == 0);
	EXPECT(memcmp(&found->header_facts, &expected->header_facts, sizeof found->body_facts) ==
	       0);
}

static void test_ids(void)
{
	static const struct {
		const char *name;
		bool is_id;
	} table[] = {
		{ ID, true },
		{ "0000000000000000AAAAAAAA", true },
		{ "FFFFFFFFFFFFFFFF77777777", true },
		{ "", false },
		{ ".", false },
		{ "00063F1C5B2A9E40K7QX2MD", false },
		{ "00063F1C5B2A9E40K7QX2MDAA", false },
		{ "00063f1c5b2a9e40K7QX2MDA", false },
		{ "00063F1C5B2A9E40k7qx2mda", false },
		{ "00063F1C5B2A9E4GK7QX2MDA", false },
		{ "00063F1C5B2A9E40K7QX2MD1", false },
		{ "00063F1C5B2A9E40K7QX2MD8", false },
		{ "../63F1C5B2A9E40K7QX2MDA", false },
		{ "00063F1C5B2A9E40K7QX2MD\n", false },
	};
	static const unsigned char random[][5] = { { 0 },
						   { 0xFF, 0xFF, 0xFF, 0xFF, 0xFF },
						   { 'f', 'o', 'o', 'b', 'a' } };
	char ids[3][RECORD_ID_LEN + 1];

	for (size_t i = 0; i < LENGTH(table); i++) {
		test_case("id '%s'", table[i].name);
		EXPECT_NUMBER(record_is_id(table[i].name), table[i].is_id);
	}
	test_case("ids are made");
	record_make_id(ids[0], 0, random[0]);
	EXPECT_TEXT(ids[0], "0000000000000000AAAAAAAA");
	record_make_id(ids[1], UINT64_MAX, random[1]);
	EXPECT_TEXT(ids[1], "FFFFFFFFFFFFFFFF77777777");
	record_make_id(ids[2], 1763900000123456, random[2]);
	EXPECT_TEXT(ids[2], "00064441F8ED3A40MZXW6YTB");
	for (size_t i = 0; i < LENGTH(ids); i++)
		EXPECT(record_is_id(ids[i]));
}

static void test_derived_ids(void)
{
	char derived[3][RECORD_ID_LEN + 1];

	test_case("an id is derived from another one and a number");
	record_derive_id(ID, 0, derived[0]);
	record_derive_id(ID, 1, derived[1]);
	record_derive_id(ID, 1, derived[2]);
	EXPECT(record_is_id(derived[0]) && record_is_id(derived[1]));
	EXPECT_TEXT(derived[1], derived[2]);
	EXPECT(strcmp(derived[0], derived[1]) != 0 && strcmp(derived[0], ID) != 0);
	EXPECT(strncmp(derived[0], ID, RECORD_ID_TIME_LEN) == 0);
}

static void test_layout(void)
{
	static const char start[] = "mailchute queue 1\n"
				    "id       " ID "\n"
				    "created  000001763900000\n"
				    "expires  000001764332000\n"
				    "body     000000000004096 000000000000006\n"
				    "header   000000000004102 000000000000008\n"
				    "envelope 000000000004110 000000000000";
	static const char envelope[] =
		"uid 1000\nraw 1\nsize 1234567\n"
		"header-facts 1001\nbody-facts 78 8bit cr\n"
		"config /home/a%20b/50%25/m%C3%BCll%0Arc\naccount work\n"
		"option port 587\noption user \nnot-before 1763910000\nunfiltered 1\n"
		"about 00063F1C5B2A9E40K7QX2MDA\n"
		"ret HDRS\nenvid QQ314159\n"
		"sender <alice@a.example>\nrecipients 4\n"
		"recipient <bob@b.example> notify=SUCCESS,FAILURE orcpt=rfc822;bob+40b.example\n"
		"recipient <\"a%20b>\"@c.example>\n"
		"recipient <j%C3%BCrgen@b%C3%BC.example> notify=NEVER\n"
		"recipient <root> orcpt=rfc822;root\n"
		".?DF\nEND " ID "\n";
	CLEANUP(record_done) struct record record;
	CLEANUP(str_done) struct str file = STR_INIT;
	struct record_part progress = block_progress_part();
	char bytes[RECORD_BLOCK];

	make_sample(&record);
	build(&record, "body\r\n", "A: b\r\n\r\n", &file);
	test_case("the block can be read by a person");
	EXPECT(memcmp(file.bytes, start, sizeof start - 1) == 0);
	EXPECT(memchr(file.bytes, '\0', file.len) == NULL);
	EXPECT(file.bytes[RECORD_BLOCK - 1] == '\n');
	test_case("the envelope can be read by a person");
	EXPECT_TEXT(file.bytes + record.envelope_part.at, envelope);
	EXPECT_NUMBER(file.bytes[record.status_at], '.');
	EXPECT_NUMBER(record.notes_at, file.len);
	test_case("the progress lies in one sector, after the checked part");
	EXPECT(progress.at > block_checked_len() && progress.at + progress.len <= 512);
	block_write_progress(&record.progress, bytes);
	EXPECT(memcmp(file.bytes + progress.at, bytes, (size_t)progress.len) == 0);
}

static void test_sample(void)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(record_done) struct record record;
	CLEANUP(record_done) struct record again;
	CLEANUP(str_done) struct str file = STR_INIT;

	make_sample(&record);
	build(&record, "body\r\n", "A: b\r\n\r\n", &file);
	str_add(&file, "2025-11-23 a note\n");
	test_case("a full record comes back");
	EXPECT(read_file(file.bytes, file.len, &again, &err));
	EXPECT_TEXT(err.text, NULL);
	expect_same(&again, &record);
}

static void test_least(void)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(record_done) struct record record;
	CLEANUP(record_done) struct record again;
	CLEANUP(str_done) struct str file = STR_INIT;

	record_init(&record);
	memcpy(record.id, ID, sizeof ID);
	record.created = -5;
	record.expires = INT64_MAX;
	add_recipient(&record, "root", NULL, NULL, '.');
	build(&record, "", "", &file);
	test_case("an empty message with the null sender comes back, times within bounds");
	EXPECT(read_file(file.bytes, file.len, &again, &err));
	EXPECT_TEXT(again.envelope.sender, "");
	EXPECT_TEXT(again.config_file, NULL);
	EXPECT_NUMBER(again.created, 0);
	EXPECT_NUMBER(again.expires, 253402300799);
}

/* Any bytes except NUL. */
static char *random_text(uint32_t max)
{
	struct str text = STR_INIT;

	for (uint32_t left = random_below(max + 1); left > 0; left--)
		str_add_char(&text, (char)(1 + random_below(255)));
	return str_take(&text);
}

static char *random_parameter(void)
{
	struct str text = STR_INIT;

	if (random_below(2))
		return NULL;
	for (uint32_t left = 1 + random_below(40); left > 0; left--)
		str_add_char(&text, (char)('!' + random_below('~' - '!' + 1)));
	return str_take(&text);
}

static char *random_address(void)
{
	static const char *const texts[] = {
		"a@b",          "root",         "\"x y\"@z",  "a%b@c",     "\xC3\xA9@\xC3\xA9",
		"\"<>\"@[::1]", "host!a@b.c.d", "\"\\\"\"@q", "=a/b'c@d_e"
	};

	return mem_copy(texts[random_below(LENGTH(texts))]);
}

static void make_random(struct record *record)
{
	static const char statuses[] = { '.', '?', 'D', 'f', 'c', 'F' };
	unsigned char random[5];

	record_init(record);
	for (size_t i = 0; i < sizeof random; i++)
		random[i] = (unsigned char)next_random();
	record_make_id(record->id, (uint64_t)next_random() << 32 | next_random(), random);
	record->created = next_random();
	record->expires = next_random();
	record->progress = (struct record_progress){ next_random(), next_random(), next_random(),
						     next_random(), next_random(), next_random(),
						     next_random() };
	record->uid = next_random();
	record->is_raw = random_below(2);
	record->config_file = random_below(2) ? random_text(60) : NULL;
	record->account = random_below(2) ? random_text(20) : NULL;
	for (uint32_t left = random_below(4); left > 0; left--)
		record_add_option(record, str_format("o%u", left), random_text(30));
	record->envelope.sender = random_below(4) ? random_address() : mem_copy("");
	record->envelope.ret = random_parameter();
	record->envelope.envid = random_parameter();
	record->envelope.size = next_random();
	record->body_facts.is_8bit = random_below(2);
	record->body_facts.has_nul = random_below(2);
	record->header_facts.is_8bit = random_below(2);
	record->header_facts.line_max = random_below(1000);
	for (uint32_t left = 1 + random_below(20); left > 0; left--) {
		struct recipient *added = envelope_add(&record->envelope, random_address());
		added->notify = random_parameter();
		added->orcpt = random_parameter();
		added->status = (enum recipient_status)statuses[random_below(LENGTH(statuses))];
	}
}

static void check_random(void)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(record_done) struct record record;
	CLEANUP(record_done) struct record again;
	CLEANUP(str_done) struct str file = STR_INIT;
	CLEANUP(str_done) struct str second = STR_INIT;

	make_random(&record);
	build(&record, "b", "h", &file);
	EXPECT(read_file(file.bytes, file.len, &again, &err));
	EXPECT_TEXT(err.text, NULL);
	expect_same(&again, &record);
	build(&again, "b", "h", &second);
	EXPECT(second.len == file.len && memcmp(second.bytes, file.bytes, file.len) == 0);
}

static void test_random(void)
{
	test_case("2000 random records come back");
	for (int i = 0; i < 2000; i++)
		check_random();
}

static void test_changes(void)
{
	CLEANUP(record_done) struct record record;
	CLEANUP(str_done) struct str file = STR_INIT;
	struct record_part progress = block_progress_part();

	make_sample(&record);
	build(&record, "body\r\n", "A: b\r\n\r\n", &file);
	test_case("every change of a byte of the block but in the progress is noticed");
	for (size_t i = 0; i < RECORD_BLOCK; i++) {
		int masks = i < 512 ? 256 : 2;
		if (i == progress.at)
			i += (size_t)progress.len;
		for (int mask = 1; mask < masks; mask++) {
			file.bytes[i] = (char)(file.bytes[i] ^ mask);
			EXPECT(!can_read(file.bytes, file.len));
			file.bytes[i] = (char)(file.bytes[i] ^ mask);
		}
	}
	test_case("every change of a byte after the block is noticed");
	for (size_t i = RECORD_BLOCK; i < file.len; i++) {
		file.bytes[i] ^= 0x10;
		EXPECT(!can_read(file.bytes, file.len));
		file.bytes[i] ^= 0x10;
	}
	EXPECT(can_read(file.bytes, file.len));
}

static void test_cuts(void)
{
	CLEANUP(record_done) struct record record;
	CLEANUP(str_done) struct str file = STR_INIT;

	make_sample(&record);
	build(&record, "body\r\n", "A: b\r\n\r\n", &file);
	test_case("every truncation is noticed");
	for (size_t len = 0; len < file.len; len++)
		EXPECT(!can_read(file.bytes, len));
	test_case("every truncation of the envelope is noticed without the file's size");
	for (size_t len = 0; len < file.len - record.envelope_part.at; len++) {
		CLEANUP(err_done) struct err err = ERR_INIT;
		CLEANUP(record_done) struct record cut;
		record_init(&cut);
		EXPECT(block_read(&cut, file.bytes, file.len, &err));
		EXPECT(!envelopepart_read(&cut, file.bytes + record.envelope_part.at, len, &err));
	}
}

static bool is_same_progress(const struct record_progress *a, const struct record_progress *b)
{
	return a->begun == b->begun && a->ended == b->ended && a->doubts == b->doubts &&
	       a->counted == b->counted && a->last_counted == b->last_counted &&
	       a->next_try == b->next_try && a->flags == b->flags;
}

/* Writes `len` bytes of the new progress over the old progress, and checks what is read. */
static void check_torn(struct str *file, const struct record_progress *before,
		       const struct record_progress *after, size_t len)
{
	static const struct record_progress none;
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(record_done) struct record again;
	size_t at = (size_t)block_progress_part().at;
	char bytes[RECORD_BLOCK];

	block_write_progress(before, file->bytes + at);
	block_write_progress(after, bytes);
	memcpy(file->bytes + at, bytes, len);
	EXPECT(read_file(file->bytes, file->len, &again, &err));
	EXPECT(is_same_progress(&again.progress, before) ||
	       is_same_progress(&again.progress, after) ||
	       is_same_progress(&again.progress, &none));
	if (len == block_progress_part().len)
		expect_same_progress(&again.progress, after);
}

static void test_progress(void)
{
	CLEANUP(record_done) struct record record;
	CLEANUP(str_done) struct str file = STR_INIT;
	const struct record_progress before = { 9, 8, 1, 4, 1763900700, 1763902000, 1 };
	const struct record_progress after = { 10, 9, 2, 5, 1763902000, 1763909999, 7 };

	make_sample(&record);
	build(&record, "", "", &file);
	test_case("a torn progress is the old one, the new one or none");
	for (size_t len = 0; len <= block_progress_part().len; len++)
		check_torn(&file, &before, &after, len);
	test_case("a changed byte of the progress makes it none");
	for (size_t i = 0; i < block_progress_part().len; i++) {
		size_t at = (size_t)block_progress_part().at + i;
		file.bytes[at] ^= 1;
		check_torn(&file, &after, &after, 0);
	}
	for (unsigned char byte = 0; byte < 255; byte++) {
		CLEANUP(err_done) struct err err = ERR_INIT;
		CLEANUP(record_done) struct record again;
		memset(file.bytes + block_progress_part().at, byte,
		       (size_t)block_progress_part().len);
		EXPECT(read_file(file.bytes, file.len, &again, &err));
		EXPECT_NUMBER(again.progress.begun, 0);
		EXPECT_NUMBER(again.progress.next_try, 0);
	}
}

/* Blocks with one changed number and a right checksum: the number must be refused. */
static void test_blocks(void)
{
	static const struct {
		const char *from;
		const char *to;
		const char *error;
	} table[] = {
		{ "queue 1", "queue 2", "not a queue file of this version" },
		{ "id       0", "id       g", "'id' is wrong" },
		{ "created  0", "created  9", "'created' is wrong" },
		{ "created  000001763900000", "created  000253402300800", "'created' is wrong" },
		{ "expires  0", "expires  -", "'expires' is wrong" },
		{ "body     00000000000409", "body     00000000000408", "'body' is wrong" },
		{ "body     0", "body     9", "'body' is wrong" },
		{ "000000000000006\n", "999999999999999\n", "'header' is wrong" },
		{ "000000000000006\n", "000000000000005\n", "'header' is wrong" },
		{ "000000000000008\n", "000000000000009\n", "'envelope' is wrong" },
		{ "envelope 0", "envelope +", "'envelope' is wrong" },
		{ "status   0", "status   1", "'status' is wrong" },
		{ "status   0", "status    ", "'status' is wrong" },
		{ "notes    0", "notes    9", "'notes' is wrong" },
		{ "notes    00000000000", "notes    00000009999", "'notes' is wrong" },
		{ "notes    00000000000", "notes    00000000001", "incomplete" },
		{ "notes    000000000004", "notes    000000000000", "'notes' is wrong" },
		{ "crc      ", "crc      x", "'crc' is wrong" },
		{ "crc   ", "CRC   ", "'crc' is wrong" },
	};

	for (size_t i = 0; i < LENGTH(table); i++) {
		CLEANUP(err_done) struct err err = ERR_INIT;
		CLEANUP(record_done) struct record record;
		CLEANUP(record_done) struct record again;
		CLEANUP(str_done) struct str file = STR_INIT;
		make_sample(&record);
		build(&record, "body\r\n", "A: b\r\n\r\n", &file);
		char *found = memmem(file.bytes, 512, table[i].from, strlen(table[i].from));
		test_case("block: '%s' for '%s'", table[i].to, table[i].from);
		EXPECT(found != NULL);
		if (found)
			memcpy(found, table[i].to, strlen(table[i].to));
		record_init(&again);
		EXPECT(!block_read(&again, file.bytes, file.len, &err));
		EXPECT_PART(err.text, table[i].error);
	}
}

#define FACTS "uid 0\nraw 0\nsize 1\nheader-facts 0\nbody-facts 9 8bit not-utf8 nul cr\n"
#define FROM  "sender <a@b>\n"
#define ONE   "recipients 1\n"
#define TO    "recipient <c@d>\n"

/* Envelopes as they stand in the file; `error` is NULL where they are good. */
static const struct {
	const char *lines;
	const char *status;
	const char *error;
} envelopes[] = {
	{ FACTS FROM ONE TO, ".", NULL },
	{ FACTS FROM ONE TO, "?", NULL },
	{ FACTS "sender <>\n" ONE TO, "D", NULL },
	{ FACTS "config \naccount %0A\noption x \n" FROM ONE TO, "F", NULL },
	{ FACTS FROM "recipients 2\n" TO TO, ".D", NULL },
	{ FACTS FROM ONE "recipient <c%25d@e>\n", ".", NULL },
	{ "", ".", "'uid' is wrong" },
	{ "uid \n", ".", "'uid' is wrong" },
	{ "uid 4294967295\nraw", ".", "'raw' is wrong" },
	{ "uid 4294967296\n", ".", "'uid' is wrong" },
	{ "uid 9999999999999999999999\n", ".", "'uid' is wrong" },
	{ "uid -1\n", ".", "'uid' is wrong" },
	{ "uid 00\n", ".", "'uid' is wrong" },
	{ "uid 0 \n", ".", "'uid' is wrong" },
	{ "uid 0\nraw 2\n", ".", "'raw' is wrong" },
	{ "raw 0\nuid 0\n", ".", "'uid' is wrong" },
	{ "uid 0\nraw 0\nsize 1\nbody-facts 0\n", ".", "'header-facts' is wrong" },
	{ "uid 0\nraw 0\nsize 1\nheader-facts 0\nbody-facts\n", ".", "'body-facts' is wrong" },
	{ "uid 0\nraw 0\nsize 1\nheader-facts 0 cr 8bit\n", ".", "'header-facts' is wrong" },
	{ "uid 0\nraw 0\nsize 1\nheader-facts 0  cr\n", ".", "'header-facts' is wrong" },
	{ "uid 0\nraw 0\nsize 1\nheader-facts 8bit\n", ".", "'header-facts' is wrong" },
	{ FACTS ONE TO, ".", "'sender' is wrong" },
	{ FACTS FROM FROM ONE TO, ".", "'recipients' is wrong" },
	{ FACTS "sender a@b\n" ONE TO, ".", "'sender' is wrong" },
	{ FACTS "sender <a@b\n" ONE TO, ".", "'sender' is wrong" },
	{ FACTS "sender <a@b> x\n" ONE TO, ".", "'sender' is wrong" },
	{ FACTS "sender <a@b%0D%0ARCPT>\n" ONE TO, ".", "damaged: 'a@b" },
	{ FACTS "sender <a@b>%20x>\n" ONE TO, ".", "damaged: 'a@b> x': the domain" },
	{ FACTS "sender <a@b%00>\n" ONE TO, ".", "'sender' is wrong" },
	{ FACTS "sender <%61@b>\n" ONE TO, ".", "'sender' is wrong" },
	{ FACTS "sender <%c3%a9@b>\n" ONE TO, ".", "'sender' is wrong" },
	{ FACTS "sender <%C3@b>\n" ONE TO, ".", "damaged: '?@b': expected UTF-8" },
	{ FACTS "sender <\xC3\xA9@b>\n" ONE TO, ".", "'sender' is wrong" },
	{ FACTS "sender <a@b\r>\n" ONE TO, ".", "'sender' is wrong" },
	{ FACTS "config %\n" FROM ONE TO, ".", "'config' is wrong" },
	{ FACTS "config %0\n" FROM ONE TO, ".", "'config' is wrong" },
	{ FACTS "config a b\n" FROM ONE TO, ".", "'config' is wrong" },
	{ FACTS "account a\nconfig b\n" FROM ONE TO, ".", "'sender' is wrong" },
	{ FACTS "option a\n" FROM ONE TO, ".", "'option' is wrong" },
	{ FACTS "option  b\n" FROM ONE TO, ".", "'option' is wrong" },
	{ FACTS "option a b c\n" FROM ONE TO, ".", "'option' is wrong" },
	{ FACTS "option a %zz\n" FROM ONE TO, ".", "'option' is wrong" },
	{ FACTS "not-before 1\n" FROM ONE TO, ".", NULL },
	{ FACTS "about 00063F1C5B2A9E40K7QX2MDA\n" FROM ONE TO, "c", NULL },
	{ FACTS "about 1\n" FROM ONE TO, ".", "'about' is wrong" },
	{ FACTS "about 00063F1C5B2A9E40K7QX2MDA\nunfiltered 1\n" FROM ONE TO, ".",
	  "'sender' is wrong" },
	{ FACTS "not-before 253402300799\nunfiltered 1\nret FULL\n" FROM ONE TO, ".", NULL },
	{ FACTS "not-before 253402300800\n" FROM ONE TO, ".", "'not-before' is wrong" },
	{ FACTS "not-before 0\n" FROM ONE TO, ".", "'not-before' is wrong" },
	{ FACTS "not-before 01\n" FROM ONE TO, ".", "'not-before' is wrong" },
	{ FACTS "not-before -1\n" FROM ONE TO, ".", "'not-before' is wrong" },
	{ FACTS "not-before \n" FROM ONE TO, ".", "'not-before' is wrong" },
	{ FACTS "not-before 1\nnot-before 1\n" FROM ONE TO, ".", "'sender' is wrong" },
	{ FACTS "unfiltered 0\n" FROM ONE TO, ".", "'unfiltered' is wrong" },
	{ FACTS "unfiltered 2\n" FROM ONE TO, ".", "'unfiltered' is wrong" },
	{ FACTS "unsendable 1\n" FROM ONE TO, "F", NULL },
	{ FACTS "unsendable 1\n" FROM ONE "recipient <no%20address%1B>\n", "f", NULL },
	{ FACTS "unsendable 1\n" FROM ONE TO, ".", "'status' is wrong" },
	{ FACTS "unsendable 1\n" FROM ONE TO, "?", "'status' is wrong" },
	{ FACTS "unsendable 0\n" FROM ONE TO, "F", "'unsendable' is wrong" },
	{ FACTS FROM "bounce <bob@b.example>\n" ONE TO, ".", NULL },
	{ FACTS FROM "bounce <>\n" ONE TO, ".", NULL },
	{ FACTS FROM "bounce <a%0Ab@c>\n" ONE TO, ".", "damaged" },
	{ FACTS FROM "bounce bob@b.example\n" ONE TO, ".", "'bounce' is wrong" },
	{ FACTS FROM "bounce <> x\n" ONE TO, ".", "'bounce' is wrong" },
	{ FACTS "unfiltered 1\nnot-before 1\n" FROM ONE TO, ".", "'sender' is wrong" },
	{ FACTS "ret \n" FROM ONE TO, ".", "'ret' is wrong" },
	{ FACTS "ret HDRS%0D%0ARSET\n" FROM ONE TO, ".", "'ret' is wrong" },
	{ FACTS "envid a%20SIZE=1\n" FROM ONE TO, ".", "'envid' is wrong" },
	{ FACTS "envid %C3%A9\n" FROM ONE TO, ".", "'envid' is wrong" },
	{ FACTS FROM "recipients 0\n", "", "'notes' is wrong" },
	{ FACTS FROM "recipients 0\n", ".", "expected a recipient" },
	{ FACTS FROM "recipients 2\n" TO, "..", "'recipient' is wrong" },
	{ FACTS FROM "recipients 2\n" TO TO, ".", "expected a status" },
	{ FACTS FROM "recipients 2\n" TO TO, "...", "expected the line that ends it" },
	{ FACTS FROM "recipients 999999999\n" TO, ".", "'recipients' is wrong" },
	{ FACTS FROM ONE TO TO, ".", "expected no more lines" },
	{ FACTS FROM ONE TO "\n", ".", "expected no more lines" },
	{ FACTS FROM ONE "recipient <>\n", ".", "damaged: '': expected a local part" },
	{ FACTS FROM ONE "recipient <c@d> notify=\n", ".", "'recipient' is wrong" },
	{ FACTS FROM ONE "recipient <c@d> notify=A%0A\n", ".", "'recipient' is wrong" },
	{ FACTS FROM ONE "recipient <c@d> orcpt=\n", ".", "'recipient' is wrong" },
	{ FACTS FROM ONE "recipient <c@d> orcpt=a%20b\n", ".", "'recipient' is wrong" },
	{ FACTS FROM ONE "recipient <c@d> orcpt=a notify=b\n", ".", "'recipient' is wrong" },
	{ FACTS FROM ONE "recipient <c@d> \n", ".", "'recipient' is wrong" },
	{ FACTS FROM ONE "recipient <c@d> x=y\n", ".", "'recipient' is wrong" },
	{ FACTS FROM ONE "recipient <c@d>", ".", "'recipient' is wrong" },
	{ FACTS FROM ONE TO, "X", "expected a status" },
	{ FACTS FROM ONE TO, "\n", "expected a status" },
};

static void check_envelope(size_t i)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(record_done) struct record record;
	CLEANUP(record_done) struct record again;
	CLEANUP(str_done) struct str tail = STR_INIT;
	char block[RECORD_BLOCK];

	make_sample(&record);
	str_addf(&tail, "%s%s\nEND %s\n", envelopes[i].lines, envelopes[i].status, record.id);
	record.body = record.header = (struct record_part){ RECORD_BLOCK, 0 };
	record.envelope_part = (struct record_part){ RECORD_BLOCK, strlen(envelopes[i].lines) };
	record.status_at = RECORD_BLOCK + record.envelope_part.len;
	record.notes_at = RECORD_BLOCK + tail.len;
	block_write(&record, block);
	record_init(&again);
	bool is_read = block_read(&again, block, record.notes_at, &err) &&
		       envelopepart_read(&again, tail.bytes, tail.len, &err);
	EXPECT_NUMBER(is_read, !envelopes[i].error);
	if (envelopes[i].error)
		EXPECT_PART(err.text, envelopes[i].error);
	else
		EXPECT_TEXT(err.text, NULL);
}

static void test_envelopes(void)
{
	for (size_t i = 0; i < LENGTH(envelopes); i++) {
		test_case("envelope %zu: %s", i, envelopes[i].error ? envelopes[i].error : "good");
		check_envelope(i);
	}
}

static void test_other_trailer(void)
{
	CLEANUP(record_done) struct record record;
	CLEANUP(str_done) struct str file = STR_INIT;

	make_sample(&record);
	build(&record, "", "", &file);
	test_case("the trailer of another file is none");
	file.bytes[file.len - 2] = 'B';
	EXPECT(!can_read(file.bytes, file.len));
}

int main(void)
{
	test_begin("record");
	test_ids();
	test_derived_ids();
	test_layout();
	test_sample();
	test_least();
	test_random();
	test_changes();
	test_cuts();
	test_progress();
	test_blocks();
	test_envelopes();
	test_other_trailer();
	return test_end();
}
