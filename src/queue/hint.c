/* hint.c - hints about relays that failed; may be lost at any time */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "queue/hint.h"

#include "base/crc.h"
#include "base/fs.h"
#include "base/log.h"
#include "queue/schedule.h"
#include "smtp/capabilities.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { NAME_LEN = 16, TEXT_MAX = 1024, EXTENSIONS_SECONDS = 24 * 60 * 60 };

struct hint {
	unsigned failures;
	int64_t next_try;
	struct timespec written;
};

static void make_name(const char *key, char name[NAME_LEN + 1])
{
	size_t len = strlen(key);

	snprintf(name, NAME_LEN + 1, "%08x%08x", crc_32c(0, key, len), (unsigned)len);
}

static bool read_file(const struct spool *spool, const char *name, struct str *text,
		      struct stat *st)
{
	CLEANUP(fs_close_at) int fd = -1;

	if (spool->folders[SPOOL_ROUTE] >= 0)
		fd = openat(spool->folders[SPOOL_ROUTE], name,
			    O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	return fd >= 0 && fstat(fd, st) == 0 && S_ISREG(st->st_mode) && fs_read_rest(fd, text);
}

static void write_file(const struct spool *spool, const char *name, const struct str *text)
{
	CLEANUP(fs_close_at)
	int fd = openat(spool->folders[SPOOL_ROUTE], name,
			O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600);

	if (fd < 0 || !fs_write_all(fd, text->bytes, text->len))
		log_debug("route/%s: no hint is kept", name);
}

static bool read_hint(const struct spool *spool, const char *name, struct hint *hint,
		      struct str *last)
{
	CLEANUP(str_done) struct str text = STR_MAX(TEXT_MAX);
	int words = 0;
	struct stat st;
	long long next = 0;

	*hint = (struct hint){ 0 };
	if (!read_file(spool, name, &text, &st) ||
	    sscanf(text.bytes, "%u %lld %n", &hint->failures, &next, &words) != 2)
		return false;
	str_add_printable(last, text.bytes + words, strcspn(text.bytes + words, "\n"));
	hint->next_try = next;
	hint->written = st.st_mtim;
	return true;
}

static bool is_later(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec > b->tv_sec || (a->tv_sec == b->tv_sec && a->tv_nsec > b->tv_nsec);
}

/* A config that is newer than the failure may have mended the cause. */
static bool is_void(const struct hint *hint, const char *config_file, int64_t now)
{
	struct stat st;

	if (config_file && stat(config_file, &st) == 0 && is_later(&st.st_mtim, &hint->written))
		return true;
	return hint->next_try <= now || hint->next_try > now + 2 * SCHEDULE_ROUTE_LAST;
}

int64_t hint_next_try(const struct spool *spool, const char *key, const char *config_file,
		      struct str *last)
{
	char name[NAME_LEN + 1];
	struct hint hint;

	make_name(key, name);
	if (!read_hint(spool, name, &hint, last) || is_void(&hint, config_file, time(NULL)))
		return 0;
	return hint.next_try;
}

void hint_note_failure(const struct spool *spool, const char *key, const struct err *reason,
		       bool is_operators)
{
	char name[NAME_LEN + 1];
	struct hint hint;
	CLEANUP(str_done) struct str text = STR_INIT;
	CLEANUP(str_done) struct str last = STR_INIT;

	make_name(key, name);
	if (!read_hint(spool, name, &hint, &last))
		hint.failures = 0;
	hint.failures += hint.failures < 1000;
	int64_t delay = is_operators ? SCHEDULE_OPERATOR_GAP
				     : schedule_route_delay(hint.failures, (uint32_t)clock());
	str_addf(&text, "%u %lld ", hint.failures, (long long)time(NULL) + delay);
	str_add_printable(&text, reason->text, strnlen(reason->text, TEXT_MAX / 2));
	str_add_char(&text, '\n');
	write_file(spool, name, &text);
}

void hint_clear(const struct spool *spool, const char *key)
{
	char name[NAME_LEN + 1];

	make_name(key, name);
	if (spool->folders[SPOOL_ROUTE] >= 0)
		unlinkat(spool->folders[SPOOL_ROUTE], name, 0);
}

/* A finding is a file beside the hint of the route. A success removes the hint, not the finding. */

/* The findings of this process, for a queue that cannot be written. */
struct memory {
	char *key;
	unsigned extensions[HINT_WORKS + 1];
	struct memory *next;
};

static struct memory *memories;

static struct memory *recall(const char *key)
{
	struct memory *memory = memories;

	while (memory && strcmp(memory->key, key) != 0)
		memory = memory->next;
	return memory;
}

static void memorise(const char *key, enum hint_finding finding, unsigned extensions)
{
	struct memory *memory = recall(key);

	if (!memory) {
		memory = mem_zeroed(1, sizeof *memory);
		memory->key = mem_copy(key);
		memory->next = memories;
		memories = memory;
	}
	memory->extensions[finding] |= extensions;
}

static char *finding_name(const char *key, enum hint_finding finding)
{
	char name[NAME_LEN + 1];

	make_name(key, name);
	return str_format("%s-%c", name, finding == HINT_BROKEN ? 'x' : 'o');
}

/*
 * "1764500000 CHUNKING PIPELINING": expiry and extensions. STARTTLS and AUTH are never read from a
 * file: a false hint must not send a password in the clear, or skip the login.
 */
static unsigned read_extensions(const struct spool *spool, const char *name)
{
	CLEANUP(str_done) struct str text = STR_MAX(TEXT_MAX);
	struct stat st;
	int words = 0;
	long long until = 0;
	int64_t now = time(NULL);

	if (!read_file(spool, name, &text, &st) ||
	    sscanf(text.bytes, "%lld %n", &until, &words) != 1 || until <= now ||
	    until > now + EXTENSIONS_SECONDS)
		return 0;
	str_cut(&text, strcspn(text.bytes, "\n"));
	return capabilities_parse(text.bytes + words) & ~(unsigned)(CAP_STARTTLS | CAP_AUTH);
}

unsigned hint_extensions(const struct spool *spool, const char *key, enum hint_finding finding)
{
	const struct memory *memory = recall(key);
	CLEANUP(mem_free_at) char *name = finding_name(key, finding);

	return (memory ? memory->extensions[finding] : 0) |
	       (spool ? read_extensions(spool, name) : 0);
}

void hint_note_extensions(const struct spool *spool, const char *key, enum hint_finding finding,
			  unsigned extensions)
{
	CLEANUP(str_done) struct str text = STR_INIT;
	CLEANUP(mem_free_at) char *name = finding_name(key, finding);

	memorise(key, finding, extensions);
	if (!spool || spool->folders[SPOOL_ROUTE] < 0)
		return;
	str_addf(&text, "%lld ", (long long)time(NULL) + EXTENSIONS_SECONDS);
	capabilities_print(extensions | read_extensions(spool, name), &text);
	str_add_char(&text, '\n');
	write_file(spool, name, &text);
}
