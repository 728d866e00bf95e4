/* tokencache.c - access tokens that are kept in memory until they expire */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "conf/tokencache.h"

#include "base/clock.h"
#include "base/crc.h"
#include "base/file.h"
#include "base/fs.h"
#include "base/log.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

enum { NAME_LEN = 16, FILE_MAX = 2 * ACCESS_TOKEN_MAX };

/* Two keys may have the same file name, as the file contains the key, too. */
static void make_name(const char *key, char name[NAME_LEN + 1])
{
	size_t len = strlen(key);

	snprintf(name, NAME_LEN + 1, "%08x%08x", crc_32c(0, key, len), (unsigned)len);
}

static bool is_in_memory(int folder)
{
	struct statfs system;

	return fstatfs(folder, &system) == 0 &&
	       (system.f_type == TMPFS_MAGIC || system.f_type == RAMFS_MAGIC);
}

/* The first folder of $RUNTIME_DIRECTORY (systemd may list several), or $XDG_RUNTIME_DIR. */
static char *runtime_folder(void)
{
	const char *path = secure_getenv("RUNTIME_DIRECTORY");

	if (!path || !*path)
		path = secure_getenv("XDG_RUNTIME_DIR");
	return path && path[0] == '/' ? mem_copy_n(path, strcspn(path, ":")) : NULL;
}

static int open_cache(void)
{
	CLEANUP(mem_free_at) char *path = runtime_folder();
	CLEANUP(fs_close_at)
	int above = path ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	if (above < 0 || !fs_is_own(above, FS_OTHERS_WRITE) || !is_in_memory(above))
		return -1;
	(void)mkdirat(above, "mailchute", 0700);
	int fd = openat(above, "mailchute", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0 && fs_is_own(fd, FS_OTHERS_ALL))
		return fd;
	fs_close_at(&fd);
	return -1;
}

/* The file has the time of expiry, the length of the key, the key, and the token. */
static bool read_token(const struct str *text, const char *key, struct access_token *out)
{
	size_t len = strlen(key);
	size_t key_len = 0;
	long long expires = 0;
	int start = 0;

	if (sscanf(text->bytes, "%lld %zu%n", &expires, &key_len, &start) != 2 || start == 0 ||
	    key_len != len || text->len <= (size_t)start + 1 + len ||
	    memcmp(text->bytes + start + 1, key, len) != 0)
		return false;
	size_t token = (size_t)start + 1 + len;
	secret_set(&out->secret, text->bytes + token, text->len - token);
	out->expires = expires;
	return true;
}

static bool is_good(int64_t expires, int64_t now)
{
	return expires - TOKENCACHE_MARGIN > now;
}

bool tokencache_find(const char *key, int64_t now, struct access_token *out)
{
	CLEANUP(fs_close_at) int folder = open_cache();
	CLEANUP(fs_close_at) int fd = -1;
	CLEANUP(str_done) struct str text = STR_SECRET(FILE_MAX);
	CLEANUP(err_done) struct err unused = ERR_INIT;
	char name[NAME_LEN + 1];

	make_name(key, name);
	if (folder >= 0)
		fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 || !file_is_regular(fd) || !fs_is_own(fd, FS_OTHERS_ALL) ||
	    !file_read(fd, clock_after(FILE_SECONDS), &text, ERR_IO, &unused) ||
	    !read_token(&text, key, out))
		return false;
	if (is_good(out->expires, now))
		return true;
	access_token_done(out);
	return false;
}

/* A process that reads meanwhile finds the old file or the new one, never a part. */
static bool replace(int folder, const char *name, const struct str *text)
{
	CLEANUP(mem_free_at) char *fresh = str_format("%s.%d", name, (int)getpid());
	CLEANUP(fs_close_at)
	int fd = openat(folder, fresh,
			O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600);

	if (fd >= 0 && fs_write_all(fd, text->bytes, text->len) &&
	    renameat(folder, fresh, folder, name) == 0)
		return true;
	if (fd >= 0)
		unlinkat(folder, fresh, 0);
	return false;
}

void tokencache_keep(const char *key, int64_t now, const struct access_token *token)
{
	CLEANUP(fs_close_at) int folder = is_good(token->expires, now) ? open_cache() : -1;
	CLEANUP(str_done) struct str text = STR_SECRET(FILE_MAX);
	char name[NAME_LEN + 1];

	if (folder < 0)
		return;
	make_name(key, name);
	str_addf(&text, "%lld %zu\n%s", (long long)token->expires, strlen(key), key);
	str_add_n(&text, token->secret.bytes, token->secret.len);
	if (text.is_full || !replace(folder, name, &text))
		log_debug("%s: the access token is not kept", name);
}

void tokencache_forget(const char *key)
{
	CLEANUP(fs_close_at) int folder = open_cache();
	char name[NAME_LEN + 1];

	make_name(key, name);
	if (folder >= 0)
		unlinkat(folder, name, 0);
}
