#!/usr/bin/perl
# reader.pl - what MIME::Tools reads in messages, for comparing two forms of one
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Standard input is messages, each after a line with its length. For each there come lines on standard
# output, their words parted by tabs and texts in hexadecimal, and then an empty one:
#
#   part DEPTH TYPE
#   field NAME TEXT...      of an address field the name and address of each; of a Content- field
#                           the value and the name and value of each parameter
#   body DIGEST             of a part that holds no other
use strict;
use warnings;
use Digest::SHA qw(sha256_hex);
use Mail::Address;
use MIME::Field::ParamVal;
use MIME::Parser;
use MIME::Words qw(decode_mimewords);

my %is_address = map { $_ => 1 } qw(from sender reply-to to cc bcc resent-from resent-sender resent-to
	resent-cc resent-bcc disposition-notification-to mail-followup-to);
my %has_parameters = map { $_ => 1 } qw(content-type content-disposition);

binmode STDIN;
binmode STDOUT;
local $SIG{__WARN__} = sub { };

sub decoded {
	my ($text) = @_;
	my $bytes = join '', map { $_->[0] } decode_mimewords($text // '');
	$bytes =~ s/\s+/ /g;
	$bytes =~ s/^ | $//g;
	return $bytes;
}

sub name_of {
	my ($address) = @_;
	my $phrase = $address->phrase // '';
	$phrase =~ s/\\(.)/$1/g if $phrase =~ s/^"(.*)"$/$1/;
	return decoded($phrase . ' ' . ($address->comment // ''));
}

sub meaning {
	my ($name, $text) = @_;
	$text =~ s/\r?\n//g;
	# Mail::Address knows no groups
	$text =~ s/^[^"<>@(),:]*:(.*);\s*$/$1/ if $is_address{$name};
	return map { (name_of($_), $_->address // '') } Mail::Address->parse($text) if $is_address{$name};
	if ($has_parameters{$name}) {
		# bytes beyond ASCII are read in quotes only
		$text =~ s/=([^\s;"]*[\x80-\xff][^\s;"]*)/="$1"/g;
		my $found = MIME::Field::ParamVal->parse_params($text);
		my $value = lc(delete($found->{_}) // '');
		$value =~ s/\s+//g;
		return ($value, map { ($_, decoded_parameter($found->{$_})) } sort keys %$found);
	}
	$text = decoded($text);
	$text =~ s/ ,/,/g if $name eq 'keywords';
	return $text;
}

sub decoded_parameter {
	my $value = decoded($_[0]);
	$value =~ s/\\(.)/$1/g;
	return $value;
}

sub show {
	my ($entity, $depth) = @_;
	my @parts = $entity->parts;

	print join("\t", 'part', $depth, $entity->mime_type), "\n";
	my $head = $entity->head->dup;
	$head->unfold;
	for my $line (@{$head->header}) {
		my ($name, $text) = $line =~ /^([^:\s]+)\s*:(.*)/s or next;
		print join("\t", 'field', lc $name, map { unpack('H*', $_) } meaning(lc $name, $text)), "\n";
	}
	show($_, $depth + 1) for @parts;
	return if @parts;
	my $body = $entity->bodyhandle ? $entity->bodyhandle->as_string : '';
	# a CR before a line end is lost here where nothing is encoded
	$body =~ s/\r+(?=\n|\z)//g;
	$body =~ s/\n+\z//;
	# what was done to the name of such a message was done to text like it, too
	$body =~ s{^(Content-Type:\s*)message/global\b}{$1message/rfc822}gim;
	print join("\t", 'body', sha256_hex($body)), "\n";
}

my $parser = MIME::Parser->new;
$parser->output_to_core(1);
$parser->tmp_to_core(1);
$parser->extract_uuencode(0);
$parser->decode_headers(0);
$parser->max_parts(-1);
while (defined(my $len = <STDIN>)) {
	read(STDIN, my $message, $len) == $len or die "input is cut\n";
	my $entity = eval { $parser->parse_data(\$message) };
	show($entity, 0) if $entity;
	print "\n";
}
