package dev.cofre.cli;

import picocli.CommandLine.Command;

/** {@code pki}: certificates of authorities whose keys are in the HSM. */
@Command(
    name = "pki",
    description = "Short-lived X.509 certificates from authorities whose keys are in the HSM.",
    subcommands = {PkiAuthorityCommand.class, PkiRoleCommand.class, PkiCertificateCommand.class})
final class PkiCommand {}
