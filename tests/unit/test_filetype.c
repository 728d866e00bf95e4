/* test_filetype.c - media types by name: weights, case, and which file counts more */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "mail/filetype.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const char system_file[] = "# a comment\n"
				  "80:text/html:*.html\n"
				  "60:application/gnu-tar:*.tar\n"
				  "50:application/gzip:*.gz\n"
				  "50:application/x-compressed-tar:*.tar.gz\n"
				  "50:text/x-csrc:*.c:cs\n"
				  "50:text/x-c++src:*.C:cs\n"
				  "50:image/gif:*.gif\n"
				  "50:image/jpeg:*.jpg\n"
				  "50:text/x-makefile:makefile\n"
				  "50:text/x-makefile:GNUmakefile\n"
				  "50:text/x-readme:readme*\n"
				  "50:video/x-anim:*.anim[1-9j]\n"
				  "50:text/x-one:same.*\n"
				  "50:text/x-two:*.same\n"
				  "10:text/x-weak:*.weak.txt\n"
				  "50:text/plain:*.txt\n"
				  "50:text/x-flags:*.flagged:a,cs,b\n"
				  "50:text/x-csx:*.sensitive:csx\n"
				  "50:message/rfc822:*.eml";

static const struct {
	const char *name;
	const char *type; /* NULL: not found */
} names[] = {
	{ "a.html", "text/html" },
	{ "A.HTML", "text/html" },
	{ "a.HtMl", "text/html" },
	{ "/some/folder.gz/a.html", "text/html" },
	{ "folder.gz/", NULL },
	{ "a.gz", "application/gzip" },
	{ "a.tar.gz", "application/x-compressed-tar" },
	{ "A.TAR.GZ", "application/x-compressed-tar" },
	{ "a.tar", "application/gnu-tar" },
	{ "main.c", "text/x-csrc" },
	{ "main.C", "text/x-c++src" },
	{ "photo.GIF", "image/gif" },
	{ ".gif", "image/gif" },
	{ "gif", NULL },
	{ "a.gif.bak", NULL },
	{ "makefile", "text/x-makefile" },
	{ "Makefile", "text/x-makefile" },
	{ "MAKEFILE", "text/x-makefile" },
	{ "GNUmakefile", "text/x-makefile" },
	{ "gnumakefile", "text/x-makefile" },
	{ "README.md", "text/x-readme" },
	{ "x.anim3", "video/x-anim" },
	{ "x.animj", "video/x-anim" },
	{ "x.anim0", NULL },
	{ "same.same", "text/x-one" },
	{ "a.weak.txt", "text/plain" },
	{ "a.flagged", "text/x-flags" },
	{ "a.FLAGGED", NULL },
	{ "a.SENSITIVE", "text/x-csx" },
	{ "letter.eml", "message/rfc822" },
	{ "\303\244.jpg", "image/jpeg" },
	{ "\xff.jpg", "image/jpeg" },
	{ "*.jpg", "image/jpeg" },
	{ "", NULL },
};

static void test_names(void)
{
	for (size_t i = 0; i < LENGTH(names); i++) {
		CLEANUP(filetype_done) struct filetype filetype;

		test_case("name '%s'", names[i].name);
		filetype_init(&filetype, names[i].name);
		filetype_look(&filetype, system_file, sizeof system_file - 1);
		EXPECT_TEXT(filetype_found(&filetype), names[i].type);
	}
}

/* Lines that may not give "a.x" a type. */
static const char *const broken[] = {
	"",
	"\n\n",
	"#50:text/plain:*.x",
	"50:text/plain",
	"50:text/plain:",
	":text/plain:*.x",
	"5000:text/plain:*.x",
	"-5:text/plain:*.x",
	"x:text/plain:*.x",
	"50::*.x",
	"50:text:*.x",
	"50:/plain:*.x",
	"50:text/:*.x",
	"50:text/pl/ain:*.x",
	"50:text/plain; charset=x:*.x",
	"50:text/\"x\":*.x",
	"50:text/pl\r\nBcc: a@b:*.x",
	"50:text/plain:*.x\r",
	"50:text/plain:*.X:cs",
	"50:text/plain:*a*.*x*",
	"50 text/plain *.x",
};

static void test_broken(void)
{
	for (size_t i = 0; i < LENGTH(broken); i++) {
		CLEANUP(filetype_done) struct filetype filetype;

		test_case("broken '%s'", broken[i]);
		filetype_init(&filetype, "a.x");
		filetype_look(&filetype, broken[i], strlen(broken[i]));
		EXPECT_TEXT(filetype_found(&filetype), NULL);
	}
	CLEANUP(filetype_done) struct filetype filetype;
	static const char with_nul[] = "50:text/one:*.x\0y\n50:text/two:*.x";
	test_case("a NUL spoils its line alone");
	filetype_init(&filetype, "a.x");
	filetype_look(&filetype, with_nul, sizeof with_nul - 1);
	EXPECT_TEXT(filetype_found(&filetype), "text/two");
}

static void test_several_files(void)
{
	static const struct {
		const char *first, *second, *type;
	} table[] = {
		{ "50:text/mine:*.x", "50:text/theirs:*.x", "text/mine" },
		{ "50:text/mine:*.x", "60:text/theirs:*.x", "text/theirs" },
		{ "50:text/mine:*.y", "50:text/theirs:*.x", "text/theirs" },
		{ "0:text/theirs:__NOGLOBS__", "50:text/theirs:*.x", NULL },
		{ "50:text/theirs:*.x\n0:text/theirs:__NOGLOBS__", "60:text/theirs:a.x",
		  "text/theirs" },
		{ "0:text/theirs:__NOGLOBS__", "50:text/theirs:*.x\n40:text/other:*.x",
		  "text/other" },
		{ "0:text/their:__NOGLOBS__", "50:text/theirs:*.x", "text/theirs" },
		{ "50:text/upper:*.X", "50:text/theirs:*.x", "text/theirs" },
	};

	for (size_t i = 0; i < LENGTH(table); i++) {
		CLEANUP(filetype_done) struct filetype filetype;

		test_case("files '%s' and '%s'", table[i].first, table[i].second);
		filetype_init(&filetype, "a.x");
		filetype_look(&filetype, table[i].first, strlen(table[i].first));
		filetype_look(&filetype, table[i].second, strlen(table[i].second));
		EXPECT_TEXT(filetype_found(&filetype), table[i].type);
	}
}

static void put_file(const char *folder, const char *text)
{
	CLEANUP(mem_free_at) char *mime = str_format("%s/mime", folder);
	CLEANUP(mem_free_at) char *path = str_format("%s/globs2", mime);

	EXPECT(mkdir(mime, 0700) == 0);
	FILE *file = fopen(path, "w");
	EXPECT(file && fputs(text, file) >= 0 && fclose(file) == 0);
}

static void remove_file(const char *folder)
{
	CLEANUP(mem_free_at) char *path = str_format("%s/mime/globs2", folder);

	unlink(path);
	*strrchr(path, '/') = '\0';
	rmdir(path);
	rmdir(folder);
}

static void expect_type(const char *name, const char *expected)
{
	CLEANUP(mem_free_at) char *found = filetype_of(name);

	EXPECT_TEXT(found, expected);
}

static void test_folders(void)
{
	char home[] = "/tmp/mailchute-unit-XXXXXX";
	char other[] = "/tmp/mailchute-unit-XXXXXX";

	test_case("our own list, where there are no files");
	EXPECT(mkdtemp(home) && mkdtemp(other));
	CLEANUP(mem_free_at) char *folders = str_format("relative:/nonexistent:%s", other);
	setenv("XDG_DATA_HOME", home, 1);
	setenv("XDG_DATA_DIRS", folders, 1);
	expect_type("/tmp/A.PDF", "application/pdf");
	expect_type("a.tar.gz", "application/gzip");
	expect_type("pdf", "application/octet-stream");
	expect_type("a.unknown", "application/octet-stream");
	expect_type("letter.eml", "application/octet-stream");

	test_case("the user's file is asked before the system's");
	put_file(home, "50:text/mine:*.mine\n50:text/mine:*.both\n");
	expect_type("a.mine", "text/mine");
	expect_type("a.pdf", "application/octet-stream");
	put_file(other, "50:text/theirs:*.theirs\n50:text/theirs:*.both\n50:message/rfc822:*.eml\n"
			"50:multipart/mixed:*.mixed\n");
	expect_type("a.theirs", "text/theirs");
	expect_type("a.both", "text/mine");

	test_case("what base64 would spoil is not called by its name");
	expect_type("letter.eml", "application/octet-stream");
	expect_type("letter.mixed", "application/octet-stream");
	remove_file(home);
	remove_file(other);
}

int main(void)
{
	test_begin("filetype");
	test_names();
	test_broken();
	test_several_files();
	test_folders();
	return test_end();
}
