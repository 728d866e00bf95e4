/* authorities.c - loading of the trusted certificate authorities and of revocation lists */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/authorities.h"

#include "base/ascii.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/fs.h"
#include "base/i18n.h"
#include "base/log.h"
#include "conf/uri.h"
#include "net/filekind.h"
#include "net/gnutls.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

/* A bundle of all public authorities has 250 kB; a revocation list may be long. */
enum { AUTHORITIES_MAX = 16 << 20, CRL_MAX = 64 << 20 };

/*
 * GnuTLS gets the content, not the file name: given a name, it would wait for a pipe and read
 * without a limit.
 */
static int add_content(gnutls_certificate_credentials_t credentials, const struct str *content,
		       int (*add)(gnutls_certificate_credentials_t, const gnutls_datum_t *,
				  gnutls_x509_crt_fmt_t))
{
	const gnutls_datum_t data = { (unsigned char *)content->bytes, (unsigned)content->len };
	bool is_der = filekind_is_der(content->bytes, content->len);

	return add(credentials, &data, is_der ? GNUTLS_X509_FMT_DER : GNUTLS_X509_FMT_PEM);
}

/* GnuTLS reports a file that is no PEM at all as one that can't be decoded. */
static bool has_nothing(int status)
{
	return status == 0 || status == GNUTLS_E_BASE64_DECODING_ERROR;
}

/* `status`: the number of certificates that were loaded, or an error of GnuTLS. */
static bool judge_load(int status, const struct str *content, struct err *err)
{
	const char *words = filekind_words(content->bytes, content->len);

	if (status > 0)
		return true;
	return err_set(err, ERR_NOINPUT, "%s",
		       words                 ? words
		       : has_nothing(status) ? _("no certificate in it")
					     : gnutls_words(status));
}

/* A folder */

/*
 * Whether a file of a folder is read: "ca.pem" and the like, and "5ed36f99.0" as c_rehash(1) names
 * them.
 */
static bool is_named_as_certificate(const char *name)
{
	static const char *const endings[] = { "pem", "crt", "cer", "der" };
	const char *ending = strrchr(name, '.');

	if (!ending || ending == name || !ending[1])
		return false;
	ending++;
	for (size_t i = 0; i < LENGTH(endings); i++)
		if (ascii_compare(ending, endings[i]) == 0)
			return true;
	return ending[strspn(ending, "0123456789")] == '\0';
}

/* Loads one file of a folder; an unreadable file, or one without certificates, is skipped. */
static int add_from_folder(gnutls_certificate_credentials_t credentials, int folder,
			   const char *name)
{
	CLEANUP(str_done) struct str content = STR_MAX(AUTHORITIES_MAX);
	CLEANUP(err_done) struct err reason = ERR_INIT;
	CLEANUP(fs_close_at) int fd = file_open_at(folder, name, ERR_NOINPUT, &reason);

	if (fd < 0 || !file_is_regular(fd) ||
	    !file_read(fd, clock_after(FILE_SECONDS), &content, ERR_NOINPUT, &reason))
		return 0;
	int count = add_content(credentials, &content, gnutls->certificate_set_x509_trust_mem);
	return count > 0 ? count : 0;
}

static bool load_folder(gnutls_certificate_credentials_t credentials, const char *path,
			struct err *err)
{
	DIR *folder = opendir(path);
	const struct dirent *entry;
	int count = 0;

	if (!folder)
		return err_set(err, ERR_NOINPUT, "%s", strerror(errno));
	while ((entry = readdir(folder)))
		if (is_named_as_certificate(entry->d_name))
			count += add_from_folder(credentials, dirfd(folder), entry->d_name);
	closedir(folder);
	log_debug(_("certificates in the folder %s: %d"), path, count);
	return count > 0 ||
	       err_set(err, ERR_NOINPUT,
		       _("no certificate in this folder (in a file *.pem, *.crt, *.cer, "
			 "*.der or *.0)"));
}

static bool is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* The system, a token, a file */

static bool load_system(gnutls_certificate_credentials_t credentials, struct err *err)
{
	return gnutls->certificate_set_x509_system_trust(credentials) > 0 ||
	       err_set(err, ERR_NOINPUT,
		       _("this system has no certificates of authorities: install the package "
			 "ca-certificates"));
}

/* The objects of a token; only GnuTLS can find them. */
static bool load_token(gnutls_certificate_credentials_t credentials, const char *uri,
		       struct err *err)
{
	int count = gnutls->certificate_set_x509_trust_file(credentials, uri, GNUTLS_X509_FMT_PEM);

	return count > 0 ||
	       err_set(err, ERR_NOINPUT, "%s",
		       has_nothing(count) ? _("no certificate in it") : gnutls_words(count));
}

/* A config copied from another system names that system's bundle. */
static bool suggest_system(const char *path, int number, struct err *err)
{
	bool is_missing = number == ENOENT || number == ENOTDIR;
	bool is_of_system = strncmp(path, "/etc/", 5) == 0 || strncmp(path, "/usr/", 5) == 0 ||
			    strncmp(path, "/var/lib/", 9) == 0;

	if (!is_missing || !is_of_system)
		return false;
	return err_set(err, ERR_NOINPUT, "%s; %s", err->text,
		       _("for this system's authorities, set tls_trust_file system (package "
			 "ca-certificates)"));
}

static bool load_file(gnutls_certificate_credentials_t credentials, const char *path,
		      struct err *err)
{
	CLEANUP(str_done) struct str content = STR_MAX(AUTHORITIES_MAX);
	CLEANUP(fs_close_at) int fd = file_open(path, ERR_NOINPUT, err);

	if (fd < 0)
		return suggest_system(path, errno, err);
	if (!file_read(fd, clock_after(FILE_SECONDS), &content, ERR_NOINPUT, err))
		return false;
	return judge_load(
		add_content(credentials, &content, gnutls->certificate_set_x509_trust_mem),
		&content, err);
}

bool authorities_load(gnutls_certificate_credentials_t credentials, const char *file,
		      struct err *err)
{
	bool is_loaded = strcmp(file, "system") == 0 ? load_system(credentials, err)
			 : uri_is_token(file)        ? load_token(credentials, file, err)
			 : is_folder(file)           ? load_folder(credentials, file, err)
						     : load_file(credentials, file, err);

	return is_loaded || err_wrap(err, "tls_trust_file %s", file);
}

bool authorities_load_crl(gnutls_certificate_credentials_t credentials, const char *file,
			  struct err *err)
{
	CLEANUP(str_done) struct str content = STR_MAX(CRL_MAX);

	if (!file_load(file, &content, ERR_NOINPUT, err))
		return err_wrap(err, "tls_crl_file %s", file);
	int count = add_content(credentials, &content, gnutls->certificate_set_x509_crl_mem);
	if (count > 0)
		return true;
	return err_set(err, ERR_NOINPUT, _("tls_crl_file %s: %s"), file,
		       has_nothing(count) ? _("no revocation list in it") : gnutls_words(count));
}
