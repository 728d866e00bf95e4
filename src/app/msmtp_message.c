/* msmtp_message.c - importing one message from the two files of msmtp's queue scripts */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/msmtp_message.h"

#include "base/fs.h"
#include "base/i18n.h"
#include "cli/cli.h"
#include "queue/enqueue.h"
#include "submit/intake.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ARGUMENTS_MAX = 1 << 20 };

/* An import in progress: the arguments, and the message with its envelope and account. */
struct msmtp_message {
	int folder;
	const char *name;
	struct str words; /* the memory that `argv` points into */
	char **argv;
	size_t argc;
	struct request request;
	struct job job;
};

static void msmtp_message_init(struct msmtp_message *msmtp, int folder, const char *name)
{
	*msmtp = (struct msmtp_message){ .folder = folder,
					 .name = name,
					 .words = STR_MAX(ARGUMENTS_MAX) };
	settings_init(&msmtp->request.settings);
	job_init(&msmtp->job, &msmtp->request);
}

static void msmtp_message_done(struct msmtp_message *msmtp)
{
	job_done(&msmtp->job);
	request_done(&msmtp->request);
	free(msmtp->argv);
	str_done(&msmtp->words);
}

static char *file_of(const struct msmtp_message *msmtp, const char *ending)
{
	return str_format("%s.%s", msmtp->name, ending);
}

static bool has_file(const struct msmtp_message *msmtp, const char *ending, bool *is_there,
		     struct err *err)
{
	CLEANUP(mem_free_at) char *name = file_of(msmtp, ending);

	*is_there = faccessat(msmtp->folder, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
	return *is_there || errno == ENOENT || err_sys(err, ERR_IO, errno, ".%s", ending);
}

static bool remove_file(const struct msmtp_message *msmtp, const char *ending)
{
	CLEANUP(mem_free_at) char *name = file_of(msmtp, ending);

	return unlinkat(msmtp->folder, name, 0) == 0 || errno == ENOENT;
}

/*
 * Opens one of the two files. Returns -1 if it is missing, empty, not a regular file, or writable
 * for other users.
 */
static int open_file(const struct msmtp_message *msmtp, const char *ending, struct err *err)
{
	CLEANUP(mem_free_at) char *name = file_of(msmtp, ending);
	CLEANUP(fs_close_at)
	int fd = openat(msmtp->folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
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

static void split_words(struct msmtp_message *msmtp)
{
	static const char blanks[] = " \t\r\n";
	static char program[] = "msmtp";

	mem_grow(msmtp->argv, msmtp->argc);
	msmtp->argv[msmtp->argc++] = program;
	for (char *word = msmtp->words.bytes + strspn(msmtp->words.bytes, blanks); *word;) {
		mem_grow(msmtp->argv, msmtp->argc);
		msmtp->argv[msmtp->argc++] = word;
		word += strcspn(word, blanks);
		if (*word)
			*word++ = '\0';
		word += strspn(word, blanks);
	}
	mem_grow(msmtp->argv, msmtp->argc);
	msmtp->argv[msmtp->argc] = NULL;
}

/* The scripts do not quote a full name (-F) of several words, so its words look like recipients. */
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

/* Adds the settings of the import's command line that the message's own arguments leave out. */
static void inherit(struct request *request, const struct request *base)
{
	if (!request->config_file)
		request->config_file = base->config_file;
	if (!request->account && !settings_is_explicit(&request->settings, OPT_host))
		request->account = base->account;
	if (settings_is_explicit(&base->settings, OPT_queue_folder))
		settings_take(&request->settings, &base->settings, OPT_queue_folder);
}

static bool read_arguments(struct msmtp_message *msmtp, const struct request *base, struct err *err)
{
	CLEANUP(fs_close_at) int fd = open_file(msmtp, "msmtp", err);

	if (fd < 0)
		return false;
	if (!fs_read_rest(fd, &msmtp->words))
		return err_sys(err, ERR_INPUT, errno, ".msmtp");
	if (strlen(msmtp->words.bytes) != msmtp->words.len)
		return err_set(err, ERR_INPUT, _(".msmtp: there is a NUL byte in it"));
	split_words(msmtp);
	request_done(&msmtp->request);
	if (!cli_parse(&msmtp->request, (int)msmtp->argc, msmtp->argv, err))
		return err_wrap(err, ".msmtp");
	inherit(&msmtp->request, base);
	return judge_request(&msmtp->request, err);
}

/* The marker names the message and its queue: "ID QUEUE" */

static bool write_marker(const struct msmtp_message *msmtp, struct err *err)
{
	CLEANUP(mem_free_at) char *name = file_of(msmtp, "mailchute");
	CLEANUP(mem_free_at)
	char *line = str_format("%s %s\n", msmtp->job.entry.record.id, msmtp->job.spool.path);
	CLEANUP(fs_close_at)
	int fd = openat(msmtp->folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
			0600);

	if (fd >= 0 && fs_write_all(fd, line, strlen(line)) && fsync(fd) == 0 &&
	    fsync(msmtp->folder) == 0)
		return true;
	err_sys(err, ERR_SYSTEM, errno, "%s", name);
	if (fd >= 0)
		(void)remove_file(msmtp, "mailchute");
	return false;
}

/* Reads the marker. `is_there` is false if there is none: no import was interrupted. */
static bool read_marker(const struct msmtp_message *msmtp, struct str *text, bool *is_there,
			struct err *err)
{
	CLEANUP(mem_free_at) char *name = file_of(msmtp, "mailchute");
	CLEANUP(fs_close_at)
	int fd = openat(msmtp->folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	struct stat st;

	*is_there = fd >= 0;
	if (fd < 0 && errno == ENOENT)
		return true;
	if (fd < 0 || fstat(fd, &st) < 0 || (S_ISREG(st.st_mode) && !fs_read_rest(fd, text)))
		return err_sys(err, ERR_IO, errno, ".mailchute");
	str_cut(text, strcspn(text->bytes, "\n"));
	return true;
}

/* Looks for the message in the queue, and cuts the marker's text after the id. */
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
 * Removes the marker last, after the other two files are gone from the disk: it prevents a second
 * import of the same message.
 */
static bool remove_files(const struct msmtp_message *msmtp, struct err *err)
{
	if (remove_file(msmtp, "msmtp") && remove_file(msmtp, "mail") &&
	    fsync(msmtp->folder) == 0 && remove_file(msmtp, "mailchute"))
		return true;
	return err_sys(err, ERR_SYSTEM, errno, _("is in the queue, but can't be removed here"));
}

/*
 * Finishes an import that was interrupted. A missing file shows, too, that the message was saved.
 */
static bool finish_interrupted(const struct msmtp_message *msmtp, struct str *marker,
			       struct err *err)
{
	bool is_saved, has_mail, has_arguments;

	if (!is_in_queue(marker, &is_saved, err) || !has_file(msmtp, "mail", &has_mail, err) ||
	    !has_file(msmtp, "msmtp", &has_arguments, err))
		return false;
	if (is_saved || !has_mail || !has_arguments)
		return remove_files(msmtp, err);
	return err_set(err, ERR_INPUT,
		       _("an import was interrupted, and message %s is not in the queue: it may "
			 "have been sent since, or was never there (remove the file .mailchute to "
			 "take it over again)"),
		       marker->bytes);
}

/* Importing */

static bool save(struct msmtp_message *msmtp, struct err *err)
{
	struct job *job = &msmtp->job;

	if (!job->has_entry && job->no_queue.kind == ERR_NONE)
		return err_set(err, ERR_CONFIG, _("the account has no queue (queue off)"));
	if (!job->has_entry) {
		err_copy(err, &job->no_queue);
		return false;
	}
	if (!write_marker(msmtp, err))
		return false;
	if (enqueue_commit(&job->entry, &job->message, err))
		return true;
	(void)remove_file(msmtp, "mailchute");
	return false;
}

static bool take_message(struct msmtp_message *msmtp, struct err *err)
{
	CLEANUP(fs_close_at) int fd = open_file(msmtp, "mail", err);

	return fd >= 0 && message_read(&msmtp->job.message, fd, err) &&
	       intake_finish(&msmtp->job, err) && save(msmtp, err);
}

/*
 * The message stays locked until the files are removed, so that no run of the queue sends it
 * earlier.
 */
bool msmtp_message_take(const struct request *base, int folder, const char *name, struct str *id,
			struct err *err)
{
	CLEANUP(msmtp_message_done) struct msmtp_message msmtp;
	bool is_interrupted;

	msmtp_message_init(&msmtp, folder, name);
	if (!read_marker(&msmtp, id, &is_interrupted, err))
		return false;
	if (is_interrupted)
		return finish_interrupted(&msmtp, id, err);
	if (!read_arguments(&msmtp, base, err) || !intake_begin(&msmtp.job, err))
		return false;
	str_add(id, msmtp.job.entry.record.id);
	return take_message(&msmtp, err) && remove_files(&msmtp, err);
}
