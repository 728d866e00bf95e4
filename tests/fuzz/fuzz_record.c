/* fuzz_record.c - any bytes as a queue file: an accepted file is clean, and is written unchanged */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fuzz.h"

#include "mail/address.h"
#include "queue/block.h"
#include "queue/envelopepart.h"
#include "queue/record.h"

#include <string.h>

static bool is_clean(const char *text)
{
	for (; text && *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7F)
			return false;
	return true;
}

static void check_address(const char *address)
{
	CLEANUP(err_done) struct err err = ERR_INIT;

	require(is_clean(address), "an address has no control byte");
	require(address_check(address, &err), "an address passes the check");
}

static void check_recipient(const struct recipient *recipient)
{
	check_address(recipient->address);
	require(is_clean(recipient->notify) && is_clean(recipient->orcpt),
		"a parameter has no control byte");
	require(recipient->status && strchr(".?DF", (int)recipient->status), "a status is known");
}

static void check_values(const struct record *record, size_t file_size)
{
	const struct envelope *envelope = &record->envelope;

	require(record_is_id(record->id), "the id is one");
	require(record->created >= 0 && record->expires >= 0, "times have bounds");
	require(record->progress.last_counted >= 0 && record->progress.next_try >= 0,
		"times of the progress have bounds");
	require(record->body.at == RECORD_BLOCK && record->notes_at <= file_size,
		"the parts lie in the file");
	require(envelope->count > 0, "there is a recipient");
	require(is_clean(envelope->ret) && is_clean(envelope->envid),
		"a parameter of the sender has no control byte");
	if (*envelope->sender)
		check_address(envelope->sender);
	for (size_t i = 0; i < envelope->count; i++)
		check_recipient(&envelope->recipients[i]);
}

/* Progress that can't be read becomes zeros, so the block is compared around it. */
static void check_written(struct record *record, const char *file)
{
	CLEANUP(str_done) struct str tail = STR_INIT;
	struct record_part progress = block_progress_part();
	size_t behind = (size_t)(progress.at + progress.len);
	uint64_t envelope_at = record->envelope_part.at;
	uint64_t notes_at = record->notes_at;
	char block[RECORD_BLOCK];

	envelopepart_add(record, &tail);
	require(record->envelope_part.at == envelope_at && record->notes_at == notes_at,
		"the parts stay where they are");
	require(memcmp(tail.bytes, file + envelope_at, tail.len) == 0, "the envelope stays");
	block_write(record, block);
	require(memcmp(block, file, (size_t)progress.at) == 0, "the block stays");
	require(memcmp(block + behind, file + behind, RECORD_BLOCK - behind) == 0,
		"the end of the block stays");
}

static bool read_file(struct record *record, const char *file, size_t len, struct err *err)
{
	if (!block_read(record, file, len, err))
		return false;
	size_t at = (size_t)record->envelope_part.at;
	return envelopepart_read(record, file + at, len - at, err);
}

static void check_file(const char *file, size_t len)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(record_done) struct record record;

	record_init(&record);
	if (read_file(&record, file, len, &err)) {
		check_values(&record, len);
		check_written(&record, file);
	} else {
		require(err.kind == ERR_INPUT && is_clean(err.text), "an error is printable");
	}
}

static size_t count_recipients(const char *lines, size_t len)
{
	static const char begin[] = "\nrecipient ";
	const char *end = lines + len;
	size_t count = 0;

	while ((lines = memmem(lines, (size_t)(end - lines), begin, sizeof begin - 1))) {
		lines++;
		count++;
	}
	return count;
}

/* Puts a sound block, status and trailer around the lines of an envelope. */
static void check_envelope(const char *lines, size_t len)
{
	CLEANUP(str_done) struct str file = STR_INIT;
	struct record record = { .id = "00063F1C5B2A9E40K7QX2MDA" };
	char block[RECORD_BLOCK] = { 0 };

	str_add_n(&file, block, sizeof block);
	str_add_n(&file, lines, len);
	for (size_t left = count_recipients(lines, len); left > 0; left--)
		str_add_char(&file, STATUS_PENDING);
	str_addf(&file, "\nEND %s\n", record.id);
	record.body = record.header = (struct record_part){ RECORD_BLOCK, 0 };
	record.envelope_part = (struct record_part){ RECORD_BLOCK, len };
	record.status_at = RECORD_BLOCK + len;
	record.notes_at = file.len;
	block_write(&record, block);
	memcpy(file.bytes, block, sizeof block);
	check_file(file.bytes, file.len);
}

/* An input that is too short for a file is the lines of an envelope, of any length. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	if (len >= RECORD_BLOCK)
		check_file((const char *)bytes, len);
	else
		check_envelope((const char *)bytes, len);
	return 0;
}
