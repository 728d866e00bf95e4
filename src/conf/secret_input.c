/* secret_input.c - secrets from a file, an open descriptor or the environment */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "conf/secret_input.h"

#include "base/file.h"
#include "base/fs.h"
#include "base/i18n.h"
#include "conf/private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A secret that was taken from a descriptor or, if `name` is set, from a variable. */
struct consumed_secret {
	int fd;
	char *name;
	struct secret secret;
};

/* Kept until the process ends: a second session needs the secrets again. */
static struct consumed_secret *consumed;
static size_t consumed_count;

static size_t first_line_len(const char *text, size_t len)
{
	const char *end = memchr(text, '\n', len);

	if (end)
		len = (size_t)(end - text);
	return len > 0 && text[len - 1] == '\r' ? len - 1 : len;
}

bool secret_input_first_line(const struct str *text, struct secret *out, struct err *err)
{
	size_t len = first_line_len(text->bytes, text->len);

	if (len == 0)
		return err_set(err, ERR_CONFIG, _("the first line is empty"));
	if (memchr(text->bytes, '\0', len))
		return err_set(err, ERR_CONFIG, _("there is a NUL byte in the first line"));
	secret_set(out, text->bytes, len);
	return true;
}

/* Files */

static bool read_first_line(int fd, int64_t deadline, struct secret *out, struct err *err)
{
	CLEANUP(str_done) struct str text = STR_SECRET(SECRET_INPUT_MAX);

	if (!fs_read_line(fd, deadline, &text))
		return err_sys(err, ERR_CONFIG, errno, _("cannot read"));
	return secret_input_first_line(&text, out, err);
}

static const char *credentials_folder(void)
{
	const char *folder = secure_getenv("CREDENTIALS_DIRECTORY");

	return folder && folder[0] == '/' ? folder : NULL;
}

static char *resolve(const char *path, struct err *err)
{
	const char *folder = credentials_folder();

	if (path[0] == '/')
		return mem_copy(path);
	if (folder)
		return str_format("%s/%s", folder, path);
	err_set(err, ERR_CONFIG,
		_("%s has no slash in front, and there is no CREDENTIALS_DIRECTORY in the "
		  "environment in which it could be"),
		path);
	return NULL;
}

/* A file of root's is as private as root wants it. */
static bool check(int fd, const char *path, struct err *err)
{
	const char *folder = credentials_folder();
	size_t len = folder ? strlen(folder) : 0;
	struct stat status;

	if (fstat(fd, &status) < 0)
		return err_sys(err, ERR_CONFIG, errno, _("cannot read"));
	if (folder && strncmp(path, folder, len) == 0 && path[len] == '/')
		return true;
	if (S_ISREG(status.st_mode) && !private_check_as_root(&status, path, err))
		return false;
	return status.st_uid == 0 || private_check(&status, err);
}

/* A pipe may stay open after the line. Wait for more only if the line is not the whole secret. */
static bool read_secret(int fd, int64_t deadline, bool may_be_object, struct secret *out,
			struct err *err)
{
	CLEANUP(str_done) struct str text = STR_SECRET(SECRET_INPUT_MAX);

	if (!file_read_line(fd, deadline, &text, ERR_CONFIG, err))
		return false;
	if (!may_be_object || text.bytes[0] != '{')
		return secret_input_first_line(&text, out, err);
	if (!file_read(fd, deadline, &text, ERR_CONFIG, err))
		return false;
	secret_set(out, text.bytes, text.len);
	return true;
}

static bool load(const char *path, int64_t deadline, bool may_be_object, struct secret *out,
		 struct err *err)
{
	CLEANUP(mem_free_at) char *whole = resolve(path, err);

	if (!whole)
		return false;
	CLEANUP(fs_close_at) int fd = file_open(whole, ERR_CONFIG, err);
	return (fd >= 0 && check(fd, whole, err) &&
		read_secret(fd, deadline, may_be_object, out, err)) ||
	       err_wrap(err, "%s", whole);
}

bool secret_input_file(const char *path, int64_t deadline, struct secret *out, struct err *err)
{
	return load(path, deadline, false, out, err);
}

bool secret_input_file_or_object(const char *path, int64_t deadline, struct secret *out,
				 struct err *err)
{
	return load(path, deadline, true, out, err);
}

/* Descriptors and variables */

static bool is_same_input(const struct consumed_secret *one, int fd, const char *name)
{
	return name ? one->name && strcmp(one->name, name) == 0 : !one->name && one->fd == fd;
}

static const struct secret *find_consumed(int fd, const char *name)
{
	for (size_t i = 0; i < consumed_count; i++)
		if (is_same_input(&consumed[i], fd, name))
			return &consumed[i].secret;
	return NULL;
}

static const struct secret *keep(int fd, const char *name, const struct secret *secret)
{
	mem_grow(consumed, consumed_count);
	consumed[consumed_count] =
		(struct consumed_secret){ fd, name ? mem_copy(name) : NULL, *secret };
	return &consumed[consumed_count++].secret;
}

/* Our own descriptors have FD_CLOEXEC; a descriptor that was inherited through exec has not. */
static bool is_inherited(int fd)
{
	int flags = fcntl(fd, F_GETFD);

	return flags >= 0 && !(flags & FD_CLOEXEC);
}

bool secret_input_descriptor(int fd, int64_t deadline, const struct secret **found, struct err *err)
{
	struct secret secret = { 0 };

	*found = find_consumed(fd, NULL);
	if (*found || !is_inherited(fd))
		return true;
	bool is_read = read_first_line(fd, deadline, &secret, err);
	close(fd);
	if (!is_read)
		return err_wrap(err, _("descriptor %d"), fd);
	*found = keep(fd, NULL, &secret);
	return true;
}

/* The value is overwritten in place, as /proc/PID/environ would still show it. */
const struct secret *secret_input_variable(const char *name)
{
	const struct secret *found = find_consumed(-1, name);
	char *value = found ? NULL : getenv(name);
	size_t len = value ? first_line_len(value, strlen(value)) : 0;
	struct secret secret = { 0 };

	if (len == 0)
		return found;
	secret_set(&secret, value, len);
	mem_wipe(value, strlen(value));
	unsetenv(name);
	return keep(-1, name, &secret);
}
