/* test_uri.c - PKCS#11 URIs: the PIN in one, and the rest without it */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "base/fs.h"
#include "conf/uri.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static void test_kinds(void)
{
	static const struct {
		const char *text;
		bool is_token, has_value;
	} texts[] = {
		{ "pkcs11:token=a;object=b", true, false },
		{ "pkcs11:", true, false },
		{ "pkcs11:token=a?pin-value=1", true, true },
		{ "pkcs11:token=a;pin-value=1", true, true },
		{ "pkcs11:token=a?x=1&pin-value=1", true, true },
		{ "pkcs11:token=a?pin-value=", true, false },
		{ "pkcs11:token=pin-value", true, false },
		{ "pkcs11:token=a?pin-source=/pin-value=1", true, false },
		{ "/etc/key.pem?pin-value=1", false, false },
		{ "PKCS11:token=a", false, false },
		{ "", false, false },
	};

	for (size_t i = 0; i < LENGTH(texts); i++) {
		test_case("kind of '%s'", texts[i].text);
		EXPECT_NUMBER(uri_is_token(texts[i].text), texts[i].is_token);
		EXPECT_NUMBER(uri_has_pin_value(texts[i].text), texts[i].has_value);
	}
}

static const struct {
	const char *uri, *rest, *pin, *error;
} uris[] = {
	{ "pkcs11:", "pkcs11:", NULL, NULL },
	{ "pkcs11:token=a;object=b", "pkcs11:token=a;object=b", NULL, NULL },
	{ "pkcs11:token=a?pin-value=1234", "pkcs11:token=a", "1234", NULL },
	{ "pkcs11:token=a;pin-value=1234;object=b", "pkcs11:token=a;object=b", "1234", NULL },
	{ "pkcs11:pin-value=1;token=a", "pkcs11:token=a", "1", NULL },
	{ "pkcs11:?pin-value=1", "pkcs11:", "1", NULL },
	{ "pkcs11:token=a?pin-value=1&module-name=m", "pkcs11:token=a?module-name=m", "1", NULL },
	{ "pkcs11:token=a?module-name=m&pin-value=1&x=y", "pkcs11:token=a?module-name=m&x=y", "1",
	  NULL },
	{ "pkcs11:token=a?pin-source=/nowhere&pin-value=1", "pkcs11:token=a", "1", NULL },
	{ "pkcs11:token=a%3Fb;object=c=d?pin-value=%31%3b=%C3%a4", "pkcs11:token=a%3Fb;object=c=d",
	  "1;=\303\244", NULL },
	{ "pkcs11:token=a?pin-value=", "pkcs11:token=a", NULL, NULL },
	{ "pkcs11:token=a?pin-value", "pkcs11:token=a", NULL, NULL },
	{ "pkcs11:token=a?pin-values=1", "pkcs11:token=a?pin-values=1", NULL, NULL },
	{ "pkcs11:token=a?pin-value=%3", "pkcs11:token=a", NULL, "pin-value can't be decoded" },
	{ "pkcs11:token=a?pin-value=%zz", "pkcs11:token=a", NULL, "pin-value can't be decoded" },
	{ "pkcs11:token=a?pin-value=1%00", "pkcs11:token=a", NULL, "pin-value can't be decoded" },
	{ "pkcs11:token=a?pin-source=/nowhere/pin", "pkcs11:token=a", NULL,
	  "pin-source: /nowhere/pin: No such file" },
	{ "pkcs11:token=a?pin-source=file:/nowhere/pin", "pkcs11:token=a", NULL,
	  "pin-source: /nowhere/pin: No such file" },
	{ "pkcs11:token=a?pin-source=file://host/nowhere/pin", "pkcs11:token=a", NULL,
	  "pin-source: /nowhere/pin: No such file" },
	{ "pkcs11:token=a?pinfile=/nowhere/pin", "pkcs11:token=a", NULL, "/nowhere/pin: No such" },
	{ "pkcs11:token=a?pin-source=/dev/null", "pkcs11:token=a", NULL, "there is no PIN in it" },
	{ "pkcs11:token=a?pin-source=/dev/zero", "pkcs11:token=a", NULL, "/dev/zero: " },
	{ "pkcs11:token=a?pin-source=%7Cecho%201", "pkcs11:token=a", NULL, "passwordeval" },
	{ "pkcs11:token=a?pin-source=%2", "pkcs11:token=a", NULL, "pin-source can't be decoded" },
};

static void test_pins(void)
{
	for (size_t i = 0; i < LENGTH(uris); i++) {
		CLEANUP(mem_free_at) char *rest = uri_without_pin(uris[i].uri);
		CLEANUP(secret_done) struct secret pin = { 0 };
		CLEANUP(err_done) struct err err = ERR_INIT;

		test_case("PIN of '%s'", uris[i].uri);
		EXPECT_TEXT(rest, uris[i].rest);
		EXPECT_NUMBER(uri_get_pin(uris[i].uri, &pin, &err), uris[i].error == NULL);
		EXPECT_TEXT(pin.bytes, uris[i].pin);
		if (uris[i].error)
			EXPECT_PART(err.text, uris[i].error);
	}
}

static const struct {
	const char *content, *pin;
} files[] = {
	{ "1234", "1234" },   { "1234\n", "1234" }, { "1234\r\nnot this\n", "1234" },
	{ " a b ", " a b " }, { "", NULL },         { "\n1234", NULL },
};

static void test_sources(void)
{
	char folder[] = "/tmp/test-uri-XXXXXX";
	CLEANUP(mem_free_at) char *path = str_format("%s/a pin", mkdtemp(folder));
	CLEANUP(mem_free_at)
	char *uri = str_format("pkcs11:?pin-source=file://%s/a%%20pin", folder);

	for (size_t i = 0; i < LENGTH(files); i++) {
		CLEANUP(secret_done) struct secret pin = { 0 };
		CLEANUP(err_done) struct err err = ERR_INIT;
		CLEANUP(fs_close_at) int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

		test_case("a file with '%s'", files[i].content);
		EXPECT(fs_write_all(file, files[i].content, strlen(files[i].content)));
		EXPECT_NUMBER(uri_get_pin(uri, &pin, &err), files[i].pin != NULL);
		EXPECT_TEXT(pin.bytes, files[i].pin);
	}
	unlink(path);
	rmdir(folder);
}

int main(void)
{
	test_begin("uri");
	test_kinds();
	test_pins();
	test_sources();
	return test_end();
}
