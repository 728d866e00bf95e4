/* test_message.c - reading a message, its facts, and reading it back */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "base/fs.h"
#include "mail/message.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#define BYTES(literal) literal, sizeof(literal) - 1

/* A message on its way to the reader, who gets at most `step` bytes in one read. */
struct feed {
	const char *bytes;
	size_t len;
	size_t step;
	int fd;
};

static void *feed_main(void *arg)
{
	struct feed *feed = arg;

	for (size_t at = 0; at < feed->len; at += feed->step) {
		size_t left = feed->len - at;
		size_t len = left < feed->step ? left : feed->step;
		if (send(feed->fd, feed->bytes + at, len, MSG_NOSIGNAL) < 0)
			break;
	}
	close(feed->fd);
	return NULL;
}

/* A packet socket keeps the pieces apart, as a slow pipe would. */
static bool read_in_steps(struct message *message, const char *bytes, size_t len, size_t step,
			  struct err *err)
{
	int ends[2];
	pthread_t thread;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		mem_exhausted();
	struct feed feed = { .bytes = bytes, .len = len, .step = step, .fd = ends[1] };
	if (pthread_create(&thread, NULL, feed_main, &feed) != 0)
		mem_exhausted();
	bool is_read = message_read(message, ends[0], err);
	close(ends[0]);
	pthread_join(thread, NULL);
	return is_read;
}

static bool read_from_file(struct message *message, const char *bytes, size_t len, struct err *err)
{
	CLEANUP(fs_close_at) int fd = fs_open_nameless(NULL, err);

	if (fd < 0 || !fs_pwrite_all(fd, bytes, len, 0))
		mem_exhausted();
	return message_read(message, fd, err);
}

/* Appends the completed message, read in pieces of `step` bytes. */
static void read_back(const struct message *message, size_t step, struct str *out)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	ssize_t got;

	while ((got = message_read_at(message, out->len, str_reserve(out, step), step, &err)) > 0)
		str_grew(out, (size_t)got);
	EXPECT_NUMBER(got, 0);
}

static uint64_t line_max(const struct message *message)
{
	uint64_t header = message->header_facts.line_max;

	return header > message->body_facts.line_max ? header : message->body_facts.line_max;
}

static bool is_8bit(const struct message *message)
{
	return message->header_facts.is_8bit || message->body_facts.is_8bit;
}

static const struct {
	const char *name;
	const char *input;
	const char *given;
	const char *body;
	uint64_t line_max;
} messages[] = {
	{ "LF", "X: y\n\nbody\n", "X: y\r\n", "body\r\n", 4 },
	{ "CRLF", "X: y\r\n\r\nbody\r\n", "X: y\r\n", "body\r\n", 4 },
	{ "mixed", "X: y\nA: b\r\n\nbody\r\nmore\n", "X: y\r\nA: b\r\n", "body\r\nmore\r\n", 4 },
	{ "no final line end", "X: y\n\nbody", "X: y\r\n", "body\r\n", 4 },
	{ "empty input", "", "", "", 0 },
	{ "an empty line", "\n", "", "", 0 },
	{ "an empty header", "\nbody\n", "", "body\r\n", 4 },
	{ "a header alone", "X: y\n", "X: y\r\n", "", 4 },
	{ "a header alone, unended", "X: y", "X: y\r\n", "", 4 },
	{ "a header and an empty line", "X: y\n\n", "X: y\r\n", "", 4 },
	{ "empty lines in the body", "X: y\n\n\n\na\n\n\n", "X: y\r\n", "\r\n\r\na\r\n\r\n\r\n",
	  4 },
	{ "empty CRLF lines", "X: y\r\n\r\n\r\n\r\na\r\n\r\n", "X: y\r\n", "\r\n\r\na\r\n\r\n", 4 },
	{ "no empty line", "X: y\nhello you\nA: b\n", "X: y\r\n", "hello you\r\nA: b\r\n", 9 },
	{ "body only", "hello you\nA: b\n", "", "hello you\r\nA: b\r\n", 9 },
	{ "body only, unended", "hello", "", "hello\r\n", 5 },
	{ "body only, with an empty line", "hello you\n\nA: b\n", "", "hello you\r\n\r\nA: b\r\n",
	  9 },
	{ "a blank on top", " x\n\nbody\n", "", " x\r\n\r\nbody\r\n", 4 },
	{ "a continuation", "X: y\n longer z\n\nb\n", "X: y\r\n longer z\r\n", "b\r\n", 9 },
	{ "a line of blanks goes on with the header", "X: y\n \nA: b\n\nb\n",
	  "X: y\r\n \r\nA: b\r\n", "b\r\n", 4 },
	{ "From_ on top", "From a@b Mon\nX: y\n\nb\n", "X: y\r\n", "b\r\n", 4 },
	{ "From_ with CRLF", "From a@b Mon\r\nX: y\r\n\r\nb\r\n", "X: y\r\n", "b\r\n", 4 },
	{ "From_ without a date", "From a\nX: y\n\nb\n", "X: y\r\n", "b\r\n", 4 },
	{ "From_ of a mailer", "From - Mon Jan  1 00:00:00 2024\nX: y\n\nb\n", "X: y\r\n", "b\r\n",
	  4 },
	{ "From_ with a comma", "From a  Mon, 1 Jan\nX: y\n\nb\n", "X: y\r\n", "b\r\n", 4 },
	{ "From_ in Russian", "From a \xD0\xA1\xD1\x80\xD0\xB5 15 12:00:00 2006\nX: y\n\nb\n",
	  "X: y\r\n", "b\r\n", 4 },
	{ "a text that begins like it", "From now on we are closed\n", "",
	  "From now on we are closed\r\n", 25 },
	{ "From_ alone", "From a@b Mon\n", "", "", 0 },
	{ "From_ and no header", "From a@b Mon\n\nbody\n", "", "body\r\n", 4 },
	{ "From_ below a field begins the body", "X: y\nFrom a\n", "X: y\r\n", "From a\r\n", 6 },
	{ "From_ in the body stays", "X: y\n\nFrom a\n.\n", "X: y\r\n", "From a\r\n.\r\n", 6 },
	{ "dots are left alone", "X: y\n\n.\n..\n.", "X: y\r\n", ".\r\n..\r\n.\r\n", 4 },
};

static void expect_message(size_t i, size_t step)
{
	CLEANUP(message_done) struct message message;
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(str_done) struct str whole = STR_INIT;
	CLEANUP(mem_free_at)
	char *expected = str_format("%s\r\n%s", messages[i].given, messages[i].body);
	const char *input = messages[i].input;

	message_init(&message);
	EXPECT(read_in_steps(&message, input, strlen(input), step, &err));
	EXPECT_TEXT(message.given.bytes, messages[i].given);
	EXPECT_NUMBER(message.body_len, strlen(messages[i].body));
	EXPECT_NUMBER(line_max(&message), messages[i].line_max);
	EXPECT(!is_8bit(&message));
	EXPECT(message_complete(&message, &message.given, &err));
	EXPECT_NUMBER(message_size(&message), strlen(expected));
	read_back(&message, step, &whole);
	EXPECT_TEXT(whole.bytes, expected);
}

static void test_forms(void)
{
	static const size_t steps[] = { 65536, 1, 2, 3, 7 };

	for (size_t i = 0; i < LENGTH(messages); i++)
		for (size_t k = 0; k < LENGTH(steps); k++) {
			test_case("form/%s/%zu bytes at a time", messages[i].name, steps[k]);
			expect_message(i, steps[k]);
		}
}

static const struct {
	const char *name;
	const char *input;
	size_t len;
	const char *given;
	const char *body;
} odd_messages[] = {
	{ "CR in a field", BYTES("X: a\rb\n\nx\n"), "X: a b\r\n", "x\r\n" },
	{ "CR before CRLF in a field", BYTES("X: a\r\r\n\nx\n"), "X: a\r\n", "x\r\n" },
	{ "CR in a continuation", BYTES("X: a\n b\r\tc\n\nx\n"), "X: a\r\n b \tc\r\n", "x\r\n" },
	{ "CR at the end of a header", BYTES("X: a\r"), "X: a \r\n", "" },
	{ "CR as the line end", BYTES("X: a\r\rbody\r"), "X: a  body \r\n", "" },
	{ "CR before CRLF in the empty line", BYTES("X: a\n\r\r\nx\n"), "X: a\r\n", "x\r\n" },
	{ "NUL in a field", BYTES("X: a\0b\n\nx\n"), "X: a b\r\n", "x\r\n" },
	{ "NUL in a continuation", BYTES("X: a\n \0\n\nx\n"), "X: a\r\n  \r\n", "x\r\n" },
	{ "NUL in a name", BYTES("Sub\0ject: a\n\nx\n"), "Subject: a\r\n", "x\r\n" },
	{ "NUL at the beginning of a line", BYTES("X: a\n\0Y: b\n\nx\n"), "X: a\r\n Y: b\r\n",
	  "x\r\n" },
	{ "NUL on top", BYTES("\0X: a\n\nx\n"), "X: a\r\n", "x\r\n" },
	{ "CR before CRLF in the body", BYTES("X: a\n\na\n\r\r\nb\r\r\n"), "X: a\r\n",
	  "a\r\n\r\nb\r\n" },
	{ "a dot with a CR too many", BYTES("X: a\r\n\r\na\r\n.\r\r\nb\r\n"), "X: a\r\n",
	  "a\r\n.\r\nb\r\n" },
	{ "From_ below a field", BYTES("X: y\nFrom a Mon Jan  1 00:00:00 2024\nA: b\n"),
	  "X: y\r\nA: b\r\n", "" },
};

static void expect_odd(size_t i, size_t step)
{
	CLEANUP(message_done) struct message message;
	CLEANUP(err_done) struct err err = ERR_INIT;
	size_t body_len = strlen(odd_messages[i].body);
	char body[64] = "";

	message_init(&message);
	EXPECT(read_in_steps(&message, odd_messages[i].input, odd_messages[i].len, step, &err));
	EXPECT_TEXT(message.given.bytes, odd_messages[i].given);
	EXPECT_NUMBER(message.body_len, body_len);
	EXPECT(scratch_read(&message.kept, 0, body, body_len));
	EXPECT_TEXT(body, odd_messages[i].body);
	EXPECT(content_facts_are_plain(&message.body_facts) &&
	       content_facts_are_plain(&message.header_facts));
}

static void test_odd(void)
{
	static const size_t steps[] = { 65536, 1, 2, 3 };

	for (size_t i = 0; i < LENGTH(odd_messages); i++)
		for (size_t k = 0; k < LENGTH(steps); k++) {
			test_case("odd/%s/%zu bytes at a time", odd_messages[i].name, steps[k]);
			expect_odd(i, steps[k]);
		}
}

static const struct {
	const char *name;
	const char *input;
	size_t len;
} utf16[] = {
	{ "little-endian", BYTES("\xFF\xFEX\0:\0 \0y\0\n\0\n\0x\0\n\0") },
	{ "big-endian", BYTES("\xFE\xFF\0X\0:\0 \0y\0\n\0\n\0x\0\n") },
	{ "little-endian without a mark", BYTES("X\0:\0 \0y\0\r\0\n\0\r\0\n\0x\0\r\0\n\0") },
	{ "big-endian without a mark", BYTES("\0X\0:\0 \0y\0\n\0\n\0x\0\n") },
	{ "a first line that is empty", BYTES("\xFF\xFE\n\0X\0:\0\n\0") },
};

static void test_utf16(void)
{
	for (size_t i = 0; i < LENGTH(utf16); i++) {
		CLEANUP(message_done) struct message message;
		CLEANUP(err_done) struct err err = ERR_INIT;

		test_case("utf-16/%s", utf16[i].name);
		message_init(&message);
		message.keeps_unreadable = true;
		EXPECT(!read_in_steps(&message, utf16[i].input, utf16[i].len, 3, &err));
		EXPECT_NUMBER(err.kind, ERR_INPUT);
		EXPECT_PART(err.text, "UTF-16");
		EXPECT(message.is_unreadable && message.is_whole);
	}
}

/* Bytes that are held back, as a possible line end or text above a header, have a limit. */
static void test_bounds(void)
{
	CLEANUP(message_done) struct message message;
	CLEANUP(message_done) struct message blank;
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(str_done) struct str input = STR_INIT;

	test_case("bounds/CRs without end");
	str_add(&input, "X: y\n\n");
	for (int i = 0; i < 200000; i++)
		str_add_char(&input, '\r');
	str_add(&input, "x\n");
	message_init(&message);
	EXPECT(read_from_file(&message, input.bytes, input.len, &err));
	EXPECT_NUMBER(message.body_len, 200003);
	EXPECT(message.body_facts.has_bare_cr);

	test_case("bounds/empty lines without end");
	str_clear(&input);
	for (int i = 0; i < 200000; i++)
		str_add_char(&input, '\n');
	str_add(&input, "X: y\n");
	message_init(&blank);
	EXPECT(read_from_file(&blank, input.bytes, input.len, &err));
	EXPECT_NUMBER(blank.given.len, 0);
	EXPECT_NUMBER(blank.body_len, 2 * 199999 + 6);
}

static const struct {
	const char *name;
	const char *input;
	size_t len;
	const char *body;
	size_t body_len;
} kept[] = {
	{ "CR in the body", BYTES("X: a\n\na\rb\n"), BYTES("a\rb\r\n") },
	{ "CR in a body without header", BYTES("hello\rX: y\n"), BYTES("hello\rX: y\r\n") },
	{ "CR at the end", BYTES("X: a\n\na\n\nb\r"), BYTES("a\r\n\r\nb\r\r\n") },
	{ "lone CR as the last line", BYTES("X: a\n\na\n\r"), BYTES("a\r\n\r\r\n") },
	{ "CRs before a text", BYTES("X: a\n\n\r\rb\r\n"), BYTES("\r\rb\r\n") },
	{ "NUL in the body", BYTES("X: a\n\nx\n\0\n"), BYTES("x\r\n\0\r\n") },
	{ "NUL at the end", BYTES("X: a\n\nx\0"), BYTES("x\0\r\n") },
};

/* A long line is kept unchanged and noted: it has to be encoded before it is sent. */
static void test_kept(void)
{
	static const size_t steps[] = { 65536, 1, 2, 3 };

	for (size_t i = 0; i < LENGTH(kept); i++)
		for (size_t k = 0; k < LENGTH(steps); k++) {
			CLEANUP(message_done) struct message message;
			CLEANUP(err_done) struct err err = ERR_INIT;
			char body[64] = "";

			test_case("kept/%s/%zu bytes at a time", kept[i].name, steps[k]);
			message_init(&message);
			EXPECT(read_in_steps(&message, kept[i].input, kept[i].len, steps[k], &err));
			EXPECT_NUMBER(message.body_len, kept[i].body_len);
			EXPECT(scratch_read(&message.kept, 0, body, kept[i].body_len));
			EXPECT(memcmp(body, kept[i].body, kept[i].body_len) == 0);
			EXPECT(message.body_facts.has_nul || message.body_facts.has_bare_cr);
			EXPECT(content_facts_are_unfit(&message.body_facts));
		}
}

/* A line of x with this beginning, and with `mark` at that offset of the input. */
static void build_long_line(struct str *out, const char *begin, const char *mark, size_t offset)
{
	str_add(out, begin);
	while (out->len < offset)
		str_add_char(out, 'x');
	str_add(out, mark);
}

static const struct {
	const char *name;
	const char *begin;
	const char *mark;
} borders[] = {
	{ "CRLF in the body", "X: y\n\n", "\r\nx\r\n" },
	{ "CR in the body", "X: y\n\n", "\rx\r\n" },
	{ "two CR in the body", "X: y\n\n", "\r\r\n" },
	{ "CR at the end of the body", "X: y\n\n", "\r" },
	{ "CRLF in the header", "X: ", "\r\n\r\nx\r\n" },
	{ "CR in the header", "X: ", "\rx\r\n\r\n" },
	{ "CR at the end of the header", "X: ", "\r" },
};

static void test_piece_borders(void)
{
	for (size_t i = 0; i < LENGTH(borders); i++)
		for (size_t offset = 65533; offset <= 65538; offset++) {
			CLEANUP(message_done) struct message message;
			CLEANUP(err_done) struct err err = ERR_INIT;
			CLEANUP(str_done) struct str input = STR_INIT;

			test_case("border/%s at %zu", borders[i].name, offset);
			build_long_line(&input, borders[i].begin, borders[i].mark, offset);
			message_init(&message);
			EXPECT(read_from_file(&message, input.bytes, input.len, &err));
			EXPECT(line_max(&message) >= offset - 6 &&
			       line_max(&message) <= offset + 2);
		}
}

static void test_large_body(void)
{
	CLEANUP(message_done) struct message message;
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(str_done) struct str input = STR_INIT;
	CLEANUP(str_done) struct str whole = STR_INIT;

	str_add(&input, "X: y\r\n\r\n");
	for (int i = 0; input.len < 500000; i++)
		str_addf(&input, "%0*d\r\n", i % 997 + 1, i);
	test_case("a body of many pieces stays as it is");
	message_init(&message);
	EXPECT(read_from_file(&message, input.bytes, input.len, &err));
	EXPECT(message_complete(&message, &message.given, &err));
	read_back(&message, 16384, &whole);
	EXPECT_NUMBER(line_max(&message), 997);
	EXPECT_NUMBER(whole.len, input.len);
	EXPECT(strcmp(whole.bytes, input.bytes) == 0);
}

static const struct {
	const char *name;
	const char *input;
	bool is_8bit;
} eights[] = {
	{ "7 bits", "X: y\n\nbody\177\n", false },
	{ "UTF-8 in the body", "X: y\n\ngr\xc3\xbc\xc3\x9f\n", true },
	{ "one last byte", "X: y\n\nbody\n\xff", true },
	{ "in the header", "X: \xc3\xbc\n\nbody\n", true },
	{ "in a body without header", "gr\xc3\xbc\xc3\x9f\n", true },
	{ "in the From_ line, which is dropped", "From \xc3\xbc Mon\nX: y\n\nbody\n", false },
};

static void test_8bit(void)
{
	for (size_t i = 0; i < LENGTH(eights); i++) {
		CLEANUP(message_done) struct message message;
		CLEANUP(err_done) struct err err = ERR_INIT;

		test_case("8bit/%s", eights[i].name);
		message_init(&message);
		EXPECT(read_from_file(&message, eights[i].input, strlen(eights[i].input), &err));
		EXPECT_NUMBER(is_8bit(&message), eights[i].is_8bit);
	}
}

static void test_8bit_addition(void)
{
	CLEANUP(str_done) struct str header = STR_INIT;
	CLEANUP(message_done) struct message message;
	CLEANUP(err_done) struct err err = ERR_INIT;

	test_case("8bit/what is added counts");
	message_init(&message);
	str_add(&header, "From: J\xc3\xb6 <j@j.example>\r\n");
	EXPECT(read_from_file(&message, BYTES("X: y\n\nbody\n"), &err));
	EXPECT(message_complete(&message, &header, &err));
	EXPECT(is_8bit(&message));
}

static void test_read_at(void)
{
	CLEANUP(message_done) struct message message;
	CLEANUP(err_done) struct err err = ERR_INIT;
	char bytes[64] = "";

	message_init(&message);
	EXPECT(read_from_file(&message, BYTES("X: y\n\nbody\n"), &err));
	EXPECT(message_complete(&message, &message.given, &err));
	test_case("a read ends with the header");
	EXPECT_NUMBER(message_read_at(&message, 0, bytes, sizeof bytes, &err), 8);
	EXPECT(memcmp(bytes, "X: y\r\n\r\n", 8) == 0);
	EXPECT_NUMBER(message_read_at(&message, 6, bytes, sizeof bytes, &err), 2);
	test_case("the body begins behind it");
	EXPECT_NUMBER(message_read_at(&message, 8, bytes, sizeof bytes, &err), 6);
	EXPECT(memcmp(bytes, "body\r\n", 6) == 0);
	EXPECT_NUMBER(message_read_at(&message, 9, bytes, 2, &err), 2);
	EXPECT(memcmp(bytes, "od", 2) == 0);
	test_case("and nothing is behind the body");
	EXPECT_NUMBER(message_read_at(&message, 13, bytes, sizeof bytes, &err), 1);
	EXPECT_NUMBER(message_read_at(&message, 14, bytes, sizeof bytes, &err), 0);
	test_case("a file that lost its end is a failure");
	EXPECT(ftruncate(message.kept.fd, 0) == 0);
	EXPECT_NUMBER(message_read_at(&message, 8, bytes, sizeof bytes, &err), -1);
	EXPECT_NUMBER(err.kind, ERR_IO);
}

/* A file of a field's beginning and then this line repeated, beyond the limit. */
static void test_header_limit(void)
{
	static const char *const lines[] = { "0123456789abcdef", " 0123456789abcde\n" };

	for (size_t i = 0; i < LENGTH(lines); i++) {
		CLEANUP(message_done) struct message message;
		CLEANUP(err_done) struct err err = ERR_INIT;
		CLEANUP(str_done) struct str input = STR_INIT;

		test_case("a header over the limit, %s", i ? "in many lines" : "in one line");
		str_add(&input, i ? "X: y\n" : "X: y");
		while (input.len <= MESSAGE_HEADER_MAX)
			str_add(&input, lines[i]);
		message_init(&message);
		EXPECT(!read_from_file(&message, input.bytes, input.len, &err));
		EXPECT_NUMBER(err.kind, ERR_INPUT);
		EXPECT_PART(err.text, "longer than 32 MB");
	}
}

/* A message of that text, its header completed as it is. */
static void fill(struct message *message, const char *text)
{
	CLEANUP(err_done) struct err err = ERR_INIT;

	EXPECT(read_from_file(message, text, strlen(text), &err));
	EXPECT(message_complete(message, &message->given, &err));
}

static void expect_replaced(struct message *old, const char *expected)
{
	CLEANUP(str_done) struct str found = STR_INIT;
	CLEANUP(message_done) struct message fresh;

	message_init(&fresh);
	fill(&fresh, "From: new\nX: 1\n\nnew \303\244\n");
	message_replace(old, &fresh);
	EXPECT_NUMBER(fresh.kept.fd, -1);
	read_back(old, 100, &found);
	EXPECT_TEXT(found.bytes, expected);
	EXPECT(old->body_facts.is_8bit && !header_find(&old->header, "X"));
	EXPECT_NUMBER(message_size(old), strlen(expected));
}

static void test_replace(void)
{
	static const char expected[] = "From: new\r\nX: 1\r\n\r\nnew \303\244\r\n";
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(fs_close_at) int fd = fs_open_nameless(NULL, &err);
	CLEANUP(fs_close_at) int read_only = open("/dev/null", O_RDONLY | O_CLOEXEC);
	CLEANUP(message_done) struct message same;
	CLEANUP(message_done) struct message moved;
	char byte;

	test_case("another message takes the place of a longer one, in its file");
	message_init(&same);
	message_use(&same, fd);
	fill(&same, "From: old\n\nold and very much longer than the new one will ever be\n");
	expect_replaced(&same, expected);
	EXPECT(message_is_in(&same, fd) && same.kept.is_borrowed);
	EXPECT_NUMBER(lseek(fd, 0, SEEK_END), MESSAGE_BODY_AT + (off_t)sizeof expected - 1);
	test_case("where the file takes no more it brings its own");
	message_init(&moved);
	fill(&moved, "From: old\n\nold\n");
	message_use(&moved, read_only);
	expect_replaced(&moved, expected);
	EXPECT(!message_is_in(&moved, read_only) && !moved.kept.is_borrowed);
	EXPECT(read(read_only, &byte, 1) == 0);
}

static void test_unreadable(void)
{
	CLEANUP(message_done) struct message message;
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(fs_close_at) int fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	test_case("input that can't be read");
	message_init(&message);
	EXPECT(!message_read(&message, fd, &err));
	EXPECT_NUMBER(err.kind, ERR_IO);
}

int main(void)
{
	test_begin("message");
	test_forms();
	test_odd();
	test_utf16();
	test_bounds();
	test_kept();
	test_piece_borders();
	test_large_body();
	test_8bit();
	test_8bit_addition();
	test_read_at();
	test_header_limit();
	test_replace();
	test_unreadable();
	return test_end();
}
