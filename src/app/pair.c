/* pair.c - a message that msmtp's queue scripts hold: two files in, one message of our queue out */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pair.h"

#include "base/fs.h"
#include "base/i18n.h"
#include "cli/cli.h"
#include "submit/intake.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ARGUMENTS_MAX = 1 << 20 };

/* On its way: the arguments, and the message with all it needs. */
struct pair {
	int folder;
	const char *name;
	struct str words; /* what `argv` points into */
	char **argv;
	size_t argc;
	struct request request;
	struct job job;
};

static void pair_init(struct pair *pair, int folder, const char *name)
{
	*pair = (struct pair){ .folder = folder, .name = name, .words = STR_MAX(ARGUMENTS_MAX) };
	settings_init(&pair->request.settings);
	job_init(&pair->job, &pair->request);
}

static void pair_done(struct pair *pair)
{
	job_done(&pair->job);
	request_done(&pair->request);
	free(pair->argv);
	str_done(&pair->words);
}

static char *file_of(const struct pair *pair, const char *ending)
{
	return str_format("%s.%s", pair->name, ending);
}

static bool has_file(const struct pair *pair, const char *ending, bool *is_there, struct err *err)
{
	CLEANUP(mem_free_at) char *name = file_of(pair, ending);

	*is_there = faccessat(pair->folder, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
	return *is_there || errno == ENOENT || err_sys(err, ERR_IO, errno, ".%s", ending);
}

static bool remove_file(const struct pair *pair, const char *ending)
{
	CLEANUP(mem_free_at) char *name = file_of(pair, ending);

	return unlinkat(pair->folder, name, 0) == 0 || errno == ENOENT;
}

/* A descriptor of one of the two files; -1 where it is missing, empty, or not what it should be. */
static int open_file(const struct pair *pair, const char *ending, struct err *err)
{
	CLEANUP(mem_free_at) char *name = file_of(pair, ending);
	CLEANUP(fs_close_at)
	int fd = openat(pair->folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		err_sys(err, ERR_INPUT, errno, ".%s", ending);
	else if (!S_ISREG(st.st_mode) || !fs_is_own(fd, FS_OTHERS_WRITE))
		err_set(err, ERR_INPUT, _(".%s: is not a file that only you can write"), ending);
	else if (st.st_size == 0)
		err_set(err, ERR_INPUT, _(".%s: is empty"), ending);
	else
		return fs_take_at(&fd);
	return -1;
}

static void split_words(struct pair *pair)
{
	static const char blanks[] = " \t\r\n";
	static char program[] = "msmtp";

	mem_grow(pair->argv, pair->argc);
	pair->argv[pair->argc++] = program;
	for (char *word = pair->words.bytes + strspn(pair->words.bytes, blanks); *word;) {
		mem_grow(pair->argv, pair->argc);
		pair->argv[pair->argc++] = word;
		word += strcspn(word, blanks);
		if (*word)
			*word++ = '\0';
		word += strspn(word, blanks);
	}
	mem_grow(pair->argv, pair->argc);
	pair->argv[pair->argc] = NULL;
}

/* A full name of several words was written down without quotes. */
static bool is_name_torn(const struct request *request)
{
	if (!settings_is_explicit(&request->settings, OPT_from_full_name))
		return false;
	for (size_t i = 0; i < request->recipient_count; i++)
		if (!strchr(request->recipients[i], '@'))
			return true;
	return false;
}

static bool judge_request(const struct request *request, struct err *err)
{
	if (request->mode != MODE_SEND)
		return err_set(err, ERR_INPUT, _(".msmtp: these options send no message"));
	if (request->recipient_count == 0 && !request->read_recipients)
		return err_set(err, ERR_INPUT, _(".msmtp: names no recipients"));
	return !is_name_torn(request) ||
	       err_set(err, ERR_INPUT,
		       _(".msmtp: the name after -F can't be distinguished from the recipients"));
}

/* What the command line of the import says holds where the pair's own says nothing. */
static void inherit(struct request *request, const struct request *base)
{
	if (!request->config_file)
		request->config_file = base->config_file;
	if (!request->account && !settings_is_explicit(&request->settings, OPT_host))
		request->account = base->account;
	if (settings_is_explicit(&base->settings, OPT_queue_folder))
		settings_take(&request->settings, &base->settings, OPT_queue_folder);
}

static bool read_arguments(struct pair *pair, const struct request *base, struct err *err)
{
	CLEANUP(fs_close_at) int fd = open_file(pair, "msmtp", err);

	if (fd < 0)
		return false;
	if (!fs_read_rest(fd, &pair->words))
		return err_sys(err, ERR_INPUT, errno, ".msmtp");
	if (strlen(pair->words.bytes) != pair->words.len)
		return err_set(err, ERR_INPUT, _(".msmtp: there is a NUL byte in it"));
	split_words(pair);
	request_done(&pair->request);
	if (!cli_parse(&pair->request, (int)pair->argc, pair->argv, err))
		return err_wrap(err, ".msmtp");
	inherit(&pair->request, base);
	return judge_request(&pair->request, err);
}

/* The marker: "ID QUEUE" */

static bool write_marker(const struct pair *pair, struct err *err)
{
	CLEANUP(mem_free_at) char *name = file_of(pair, "mailchute");
	CLEANUP(mem_free_at)
	char *line = str_format("%s %s\n", pair->job.entry.record.id, pair->job.spool.path);
	CLEANUP(fs_close_at)
	int fd = openat(pair->folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
			0600);

	if (fd >= 0 && fs_write_all(fd, line, strlen(line)) && fsync(fd) == 0 &&
	    fsync(pair->folder) == 0)
		return true;
	err_sys(err, ERR_SYSTEM, errno, "%s", name);
	if (fd >= 0)
		(void)remove_file(pair, "mailchute");
	return false;
}

/* Without a marker nothing was interrupted. */
static bool read_marker(const struct pair *pair, struct str *text, bool *is_there, struct err *err)
{
	CLEANUP(mem_free_at) char *name = file_of(pair, "mailchute");
	CLEANUP(fs_close_at)
	int fd = openat(pair->folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	struct stat st;

	*is_there = fd >= 0;
	if (fd < 0 && errno == ENOENT)
		return true;
	if (fd < 0 || fstat(fd, &st) < 0 || (S_ISREG(st.st_mode) && !fs_read_rest(fd, text)))
		return err_sys(err, ERR_IO, errno, ".mailchute");
	str_cut(text, strcspn(text->bytes, "\n"));
	return true;
}

/* Cuts the text behind the id. */
static bool is_in_queue(struct str *marker, bool *is_there, struct err *err)
{
	CLEANUP(spool_close) struct spool spool;
	size_t len = strcspn(marker->bytes, " ");
	CLEANUP(mem_free_at) char *path = mem_copy(marker->bytes + len + (len < marker->len));

	str_cut(marker, len);
	spool_init(&spool);
	*is_there = false;
	return !record_is_id(marker->bytes) || (spool_open(&spool, path, false, err) &&
						spool_find(&spool, marker->bytes, is_there, err));
}

/*
 * The marker goes last, and not before the pair is gone for good: until then it is what keeps the
 * message from being taken over twice.
 */
static bool remove_pair(const struct pair *pair, struct err *err)
{
	if (remove_file(pair, "msmtp") && remove_file(pair, "mail") && fsync(pair->folder) == 0 &&
	    remove_file(pair, "mailchute"))
		return true;
	return err_sys(err, ERR_SYSTEM, errno, _("is in the queue, but can't be removed here"));
}

/* An import was interrupted here. That a file is gone already tells that the message was saved. */
static bool finish_interrupted(const struct pair *pair, struct str *marker, struct err *err)
{
	bool is_saved, has_mail, has_arguments;

	if (!is_in_queue(marker, &is_saved, err) || !has_file(pair, "mail", &has_mail, err) ||
	    !has_file(pair, "msmtp", &has_arguments, err))
		return false;
	if (is_saved || !has_mail || !has_arguments)
		return remove_pair(pair, err);
	return err_set(err, ERR_INPUT,
		       _("an import was interrupted, and message %s is not in the queue: it may "
			 "have been sent since, or was never there (remove the file .mailchute to "
			 "take it over again)"),
		       marker->bytes);
}

/* Taking over */

static bool save(struct pair *pair, struct err *err)
{
	struct job *job = &pair->job;

	if (!job->has_entry && job->no_queue.kind == ERR_NONE)
		return err_set(err, ERR_CONFIG, _("queue off: the account keeps nothing"));
	if (!job->has_entry) {
		err_copy(err, &job->no_queue);
		return false;
	}
	if (!write_marker(pair, err))
		return false;
	if (spool_commit(&job->entry, &job->message, err))
		return true;
	(void)remove_file(pair, "mailchute");
	return false;
}

static bool take_message(struct pair *pair, struct err *err)
{
	CLEANUP(fs_close_at) int fd = open_file(pair, "mail", err);

	return fd >= 0 && message_read(&pair->job.message, fd, err) &&
	       intake_finish(&pair->job, err) && save(pair, err);
}

/* The message stays locked until the pair is gone, so that no run of the queue sends it before. */
bool pair_take(const struct request *base, int folder, const char *name, struct str *id,
	       struct err *err)
{
	CLEANUP(pair_done) struct pair pair;
	bool is_interrupted;

	pair_init(&pair, folder, name);
	if (!read_marker(&pair, id, &is_interrupted, err))
		return false;
	if (is_interrupted)
		return finish_interrupted(&pair, id, err);
	if (!read_arguments(&pair, base, err) || !intake_begin(&pair.job, err))
		return false;
	str_add(id, pair.job.entry.record.id);
	return take_message(&pair, err) && remove_pair(&pair, err);
}
