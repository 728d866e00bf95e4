/* test_access_token.c - access tokens: output of commands, expiry, and the cache */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "conf/tokencache.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

enum { NOW = 1000000 };

static const struct {
	const char *output, *token;
	long long expires;
} good[] = {
	{ "ya29.a0-_~+/=", "ya29.a0-_~+/=", 0 },
	{ "token\n", "token", 0 },
	{ "token\r\nsecond\n", "token", 0 },
	{ "{\"access_token\":\"t\"}", "t", 0 },
	{ "\n {\n \"access_token\" : \"t\"\n}\n\n", "t", 0 },
	{ "{\"access_token\":\"a\\/b\\u003d\"}", "a/b=", 0 },
	{ "{\"access_token\":\"t\",\"token_type\":\"Bearer\",\"expires_in\":3599,\"scope\":\"x\"}",
	  "t", NOW + 3599 },
	{ "{\"access_token\":\"t\",\"expires_in\":\"3599\"}", "t", NOW + 3599 },
	{ "{\"access_token\":\"t\",\"expires_in\":3599.7}", "t", NOW + 3599 },
	{ "{\"access_token\":\"t\",\"expires_in\":0}", "t", NOW },
	{ "{\"access_token\":\"t\",\"expires_in\":-5}", "t", 0 },
	{ "{\"access_token\":\"t\",\"expires_in\":null}", "t", 0 },
	{ "{\"access_token\":\"t\",\"expires_in\":\"soon\"}", "t", 0 },
	{ "{\"access_token\":\"t\",\"expires_in\":1e300}", "t", NOW + 316224000LL },
	{ "{\"access_token\":\"t\",\"expires_at\":2000000000}", "t", 2000000000 },
	{ "{\"access_token\":\"t\",\"expires_at\":2000000000.25}", "t", 2000000000 },
	{ "{\"access_token\":\"t\",\"expires_at\":\"2000000000\"}", "t", 2000000000 },
	{ "{\"access_token\":\"t\",\"expires_at\":1e300}", "t", INT64_MAX / 4 },
	{ "{\"access_token\":\"t\",\"expiry\":\"2033-05-18T03:33:20Z\"}", "t", 2000000000 },
	{ "{\"access_token\":\"t\",\"expiry\":\"2033-05-18T05:33:20.123456789+02:00\"}", "t",
	  2000000000 },
	{ "{\"access_token\":\"t\",\"expiry\":\"tomorrow\"}", "t", 0 },
	{ "{\"access_token\":\"t\",\"expires_in\":10,\"expires_at\":2000000000}", "t", NOW + 10 },
	{ "{\"access_token\":\"t\",\"error\":\"none\"}", "t", 0 },
	/* az account get-access-token: a local time, and the same in seconds since its version 2.54
	 */
	{ "{\"accessToken\":\"t\",\"expiresOn\":\"2033-05-18 05:33:20.000000\",\"tokenType\":"
	  "\"Bearer\",\"subscription\":\"s\",\"tenant\":\"u\"}",
	  "t", 2000000000 },
	{ "{\"accessToken\":\"t\",\"expiresOn\":\"2033-05-18 05:33:20.000000\",\"expires_on\":"
	  "2000000000}",
	  "t", 2000000000 },
	{ "{\"accessToken\":\"t\",\"expiresOn\":\"2033-05-18T03:33:20.000Z\"}", "t", 2000000000 },
	{ "{\"accessToken\":\"t\",\"expiresIn\":3599}", "t", NOW + 3599 },
	{ "{\"AccessToken\":\"t\",\"ExpiresOn\":\"2033-05-18T03:33:20+00:00\"}", "t", 2000000000 },
	{ "{\"accessToken\":\"t\",\"expiresOn\":\"soon\"}", "t", 0 },
	{ "{\"access_token\":\"a\",\"accessToken\":\"b\"}", "a", 0 },
	/* a managed identity */
	{ "{\"access_token\":\"t\",\"expires_in\":\"3599\",\"expires_on\":\"1003599\"}", "t",
	  NOW + 3599 },
	/* the token stored an hour ago */
	{ "{\"access_token\":\"t\",\"expires_in\":3599,\"expires_at\":1000}", "t", 1000 },
	/* Google's libraries, gcloud, azd, mutt_oauth2.py */
	{ "{\"token\":\"t\",\"refresh_token\":\"r\",\"expiry\":\"2033-05-18T03:33:20.123Z\"}", "t",
	  2000000000 },
	{ "{\"access_token\":\"t\",\"expiry_date\":2000000000123}", "t", 2000000000 },
	{ "{\"access_token\":\"t\",\"token_expiry\":\"2033-05-18T03:33:20Z\"}", "t", 2000000000 },
	{ "{\"token\":\"t\",\"expiresOn\":\"2033-05-18T03:33:20Z\"}", "t", 2000000000 },
	{ "{\"access_token\":\"t\",\"access_token_expiration\":\"2033-05-18T05:33:20.5\"}", "t",
	  2000000000 },
	/* a value as JSON, or with the word that precedes it in HTTP */
	{ "\"ya29.a0\"\n", "ya29.a0", 0 },
	{ "Bearer ya29.a0\n", "ya29.a0", 0 },
	{ "bearer ya29.a0", "ya29.a0", 0 },
	{ "Bearer", "Bearer", 0 },
	{ "\"", "\"", 0 },
};

static const struct {
	const char *output, *error;
	enum err_kind kind;
} bad[] = {
	{ "\n", "the first line is empty", ERR_CONFIG },
	{ "{", "the output begins like a JSON object, but is not one", ERR_CONFIG },
	{ "{} more", "the output begins like a JSON object, but is not one", ERR_CONFIG },
	{ "{}", "there is no access_token in the JSON object", ERR_CONFIG },
	{ "{\"access_token\":\"\"}", "there is no access_token", ERR_CONFIG },
	{ "{\"access_token\":7}", "there is no access_token", ERR_CONFIG },
	{ "{\"access_token\":null}", "there is no access_token", ERR_CONFIG },
	{ "{\"token\":\"t\"}", "there is no access_token", ERR_CONFIG },
	{ "{\"accessToken\":{\"token\":\"t\"}}", "there is no access_token", ERR_CONFIG },
	{ "{\"expiresOn\":\"2033-05-18T03:33:20Z\"}", "there is no access_token", ERR_CONFIG },
	{ "dXNlcj1ib2JAZXhhbXBsZS5uZXQBYXV0aD1CZWFyZXIgdAEB\n",
	  "the whole response of XOAUTH2 in base64", ERR_CONFIG },
	{ "{\"error\":\"invalid_grant\"}", "there is no access token: invalid_grant", ERR_AUTH },
	{ "{\"error\":\"invalid_grant\",\"error_description\":\"Token has been expired\\u001b\"}",
	  "there is no access token: invalid_grant: Token has been expired?", ERR_AUTH },
};

static bool read_text(const char *text, struct access_token *token, struct err *err)
{
	CLEANUP(str_done) struct str output = STR_SECRET(0);

	str_add(&output, text);
	return access_token_read(&output, NOW, token, err);
}

static void test_good(void)
{
	for (size_t i = 0; i < LENGTH(good); i++) {
		CLEANUP(err_done) struct err err = ERR_INIT;
		CLEANUP(access_token_done) struct access_token token = { 0 };

		test_case("good/%s", good[i].output);
		EXPECT(read_text(good[i].output, &token, &err));
		EXPECT_TEXT(err.text, NULL);
		EXPECT_TEXT(token.secret.bytes, good[i].token);
		EXPECT_NUMBER(token.expires, good[i].expires);
	}
}

static void test_bad(void)
{
	for (size_t i = 0; i < LENGTH(bad); i++) {
		CLEANUP(err_done) struct err err = ERR_INIT;
		CLEANUP(access_token_done) struct access_token token = { 0 };

		test_case("bad/%s", bad[i].output);
		EXPECT(!read_text(bad[i].output, &token, &err));
		EXPECT_NUMBER(err.kind, bad[i].kind);
		EXPECT_PART(err.text, bad[i].error);
	}
}

static void test_check(void)
{
	static const struct {
		const char *token;
		size_t len;
		bool is_good;
	} tokens[] = {
		{ "a", 1, true },          { "!~-._+/=", 8, true }, { "a b", 3, false },
		{ "tok\001en", 6, false }, { "a\0b", 3, false },    { "\303\251", 2, false },
		{ "a\177", 2, false },     { "a\t", 2, false },
	};

	for (size_t i = 0; i < LENGTH(tokens); i++) {
		CLEANUP(err_done) struct err err = ERR_INIT;
		CLEANUP(secret_done) struct secret token = { 0 };

		test_case("check/%zu/%s", i, tokens[i].token);
		secret_set(&token, tokens[i].token, tokens[i].len);
		EXPECT_NUMBER(access_token_check(&token, &err), tokens[i].is_good);
		if (!tokens[i].is_good)
			EXPECT_PART(err.text,
				    "the access token has a character that is not allowed");
	}
}

static void test_long(void)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(access_token_done) struct access_token token = { 0 };
	CLEANUP(str_done) struct str text = STR_INIT;

	test_case("a token of 10 kB");
	str_add(&text, "{\"access_token\":\"");
	for (size_t i = 0; i < 10000; i++)
		str_add_char(&text, 'x');
	str_add(&text, "\"}");
	EXPECT(read_text(text.bytes, &token, &err));
	EXPECT_NUMBER(token.secret.len, 10000);
	test_case("an object that is too long");
	for (size_t i = 0; i < ACCESS_TOKEN_MAX; i++)
		str_add_char(&text, ' ');
	EXPECT(!read_text(text.bytes, &token, &err));
	EXPECT_PART(err.text, "too long");
}

/* The cache, in a folder on a file system in memory */

static char runtime[] = "/dev/shm/mailchute-test-XXXXXX";

static void keep(const char *key, const char *text, int64_t expires)
{
	CLEANUP(access_token_done) struct access_token token = { .expires = expires };

	secret_set(&token.secret, text, strlen(text));
	tokencache_keep(key, NOW, &token);
}

static void expect_kept(const char *key, int64_t now, const char *text)
{
	CLEANUP(access_token_done) struct access_token token = { 0 };

	EXPECT_NUMBER(tokencache_find(key, now, &token), text != NULL);
	EXPECT_TEXT(token.secret.bytes, text);
}

static void path_of_folder(struct str *path)
{
	str_addf(path, "%s/mailchute", runtime);
}

/* The only file in the folder. */
static void path_of_file(struct str *path)
{
	path_of_folder(path);
	DIR *folder = opendir(path->bytes);
	struct dirent *entry;

	while (folder && (entry = readdir(folder)))
		if (entry->d_name[0] != '.')
			str_addf(path, "/%s", entry->d_name);
	if (folder)
		closedir(folder);
}

static void expect_mode(const char *path, mode_t mode)
{
	struct stat st = { 0 };

	EXPECT(stat(path, &st) == 0);
	EXPECT_NUMBER(st.st_mode & 07777, mode);
}

static void test_keeping(void)
{
	CLEANUP(str_done) struct str folder = STR_INIT;
	CLEANUP(str_done) struct str file = STR_INIT;

	test_case("cache: kept and found");
	expect_kept("key", NOW, NULL);
	keep("key", "token", NOW + 3600);
	expect_kept("key", NOW, "token");
	test_case("cache: modes");
	path_of_folder(&folder);
	expect_mode(folder.bytes, 0700);
	path_of_file(&file);
	expect_mode(file.bytes, 0600);
	test_case("cache: replaced, in place");
	keep("key", "another", NOW + 3600);
	expect_kept("key", NOW, "another");
	test_case("cache: until a minute before the end");
	expect_kept("key", NOW + 3600 - TOKENCACHE_MARGIN - 1, "another");
	expect_kept("key", NOW + 3600 - TOKENCACHE_MARGIN, NULL);
	expect_kept("key", NOW + 4000, NULL);
	test_case("cache: another key");
	expect_kept("kez", NOW, NULL);
	expect_kept("key2", NOW, NULL);
	expect_kept("", NOW, NULL);
	test_case("cache: forgotten");
	tokencache_forget("key");
	expect_kept("key", NOW, NULL);
}

static void test_not_keeping(void)
{
	test_case("cache: not without an end");
	keep("key", "token", 0);
	expect_kept("key", NOW, NULL);
	test_case("cache: not for a minute");
	keep("key", "token", NOW + TOKENCACHE_MARGIN);
	expect_kept("key", NOW, NULL);
	test_case("cache: not if it is too long");
	CLEANUP(str_done) struct str text = STR_INIT;
	for (size_t i = 0; i < 3 * ACCESS_TOKEN_MAX; i++)
		str_add_char(&text, 'x');
	keep("key", text.bytes, NOW + 3600);
	expect_kept("key", NOW, NULL);
}

static void expect_spoilt(const char *path, const char *content)
{
	int fd = open(path, O_WRONLY | O_TRUNC);

	EXPECT(fd >= 0 && write(fd, content, strlen(content)) == (ssize_t)strlen(content));
	close(fd);
	expect_kept("key", NOW, NULL);
}

static void test_spoilt(void)
{
	static const char *const contents[] = {
		"",
		"9999999999",
		"9999999999 3",
		"9999999999 3\nkey",
		"9999999999 4\nkeytoken",
		"9999999999 2\nkeytoken",
		"9999999999 3\nkeztoken",
		"x 3\nkeytoken",
		"9999999999 99999999999999999999\nkeytoken",
	};
	CLEANUP(str_done) struct str path = STR_INIT;

	keep("key", "token", NOW + 3600);
	path_of_file(&path);
	for (size_t i = 0; i < LENGTH(contents); i++) {
		test_case("cache: spoilt file/%s", contents[i]);
		expect_spoilt(path.bytes, contents[i]);
	}
	test_case("cache: a file that others can read");
	keep("key", "token", NOW + 3600);
	EXPECT(chmod(path.bytes, 0640) == 0);
	expect_kept("key", NOW, NULL);
	EXPECT(chmod(path.bytes, 0600) == 0);
	expect_kept("key", NOW, "token");
	test_case("cache: a link in its place");
	EXPECT(rename(path.bytes, "token") == 0 && symlink("token", path.bytes) == 0);
	expect_kept("key", NOW, NULL);
	tokencache_forget("key");
	unlink("token");
}

static void test_folders(void)
{
	CLEANUP(str_done) struct str folder = STR_INIT;

	path_of_folder(&folder);
	test_case("cache: a folder that others can look into");
	keep("key", "token", NOW + 3600);
	EXPECT(chmod(folder.bytes, 0750) == 0);
	expect_kept("key", NOW, NULL);
	EXPECT(chmod(folder.bytes, 0700) == 0);
	test_case("cache: a place where others can put things");
	EXPECT(chmod(runtime, 0777) == 0);
	expect_kept("key", NOW, NULL);
	EXPECT(chmod(runtime, 0700) == 0);
	expect_kept("key", NOW, "token");
	test_case("cache: systemd's folder comes first");
	setenv("RUNTIME_DIRECTORY", "/nonexistent:/dev/shm", 1);
	expect_kept("key", NOW, NULL);
	setenv("RUNTIME_DIRECTORY", runtime, 1);
	setenv("XDG_RUNTIME_DIR", "/nonexistent", 1);
	expect_kept("key", NOW, "token");
	unsetenv("RUNTIME_DIRECTORY");
	test_case("cache: no folder");
	expect_kept("key", NOW, NULL);
	unsetenv("XDG_RUNTIME_DIR");
	expect_kept("key", NOW, NULL);
	setenv("XDG_RUNTIME_DIR", "shm", 1);
	expect_kept("key", NOW, NULL);
}

static void test_disk(void)
{
	char folder[] = "/var/tmp/mailchute-test-XXXXXX";
	struct statfs system = { 0 };

	test_case("cache: never on a disk");
	EXPECT(mkdtemp(folder) && statfs(folder, &system) == 0);
	setenv("XDG_RUNTIME_DIR", folder, 1);
	keep("key", "token", NOW + 3600);
	/* A folder that is not empty can't be removed. */
	EXPECT(system.f_type == TMPFS_MAGIC || rmdir(folder) == 0);
	setenv("XDG_RUNTIME_DIR", runtime, 1);
}

static void remove_folders(void)
{
	CLEANUP(str_done) struct str file = STR_INIT;
	CLEANUP(str_done) struct str folder = STR_INIT;

	path_of_file(&file);
	unlink(file.bytes);
	path_of_folder(&folder);
	rmdir(folder.bytes);
	rmdir(runtime);
}

int main(void)
{
	setenv("TZ", "CEST-2", 1);
	test_begin("token");
	test_good();
	test_bad();
	test_check();
	test_long();
	if (!mkdtemp(runtime) || chdir(runtime) < 0)
		return 1;
	setenv("XDG_RUNTIME_DIR", runtime, 1);
	test_keeping();
	test_not_keeping();
	test_spoilt();
	test_disk();
	test_folders();
	remove_folders();
	return test_end();
}
