package dev.cofre.cli.scan;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.identity.BearerToken;
import dev.cofre.contract.random.KernelRandom;
import dev.cofre.documents.yaml.FileErrors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a search finds in files and in a real git repository. */
class ScanTest {
  private static final String VALUE = "correct horse: battery\tstaple";

  @TempDir Path folder;

  private static String token() {
    return new String(BearerToken.generate(KernelRandom.INSTANCE).fileContents(), UTF_8).strip();
  }

  private static KnownValues known() {
    KnownValues known = new KnownValues();
    assertTrue(known.add("db", (VALUE + "\n").getBytes(UTF_8)));
    assertFalse(known.add("short", "1234567\n".getBytes(UTF_8)));
    return known;
  }

  private Scan scan(AllowList allowed) {
    return new Scan(folder, known(), allowed, 4_096, one -> {});
  }

  private List<String> found() throws IOException {
    Scan scan = scan(AllowList.empty());
    scan.files();
    return shown(scan);
  }

  private static List<String> shown(Scan scan) {
    return scan.findings().stream()
        .map(one -> one.file() + ":" + one.line() + " " + one.id() + " " + one.masked())
        .sorted()
        .toList();
  }

  @Test
  void findsAValueWhereverItStandsAndInItsUsualForms() throws Exception {
    byte[] bytes = VALUE.getBytes(UTF_8);
    byte[] line = (VALUE + "\n").getBytes(UTF_8);
    Files.createDirectories(folder.resolve("a/b"));
    Files.writeString(folder.resolve("a/b/plain"), "one\ntwo = x" + VALUE + "y\n");
    Files.writeString(
        folder.resolve("coded"),
        "k: "
            + Base64.getEncoder().encodeToString(bytes)
            + "\nl: "
            + Base64.getEncoder().encodeToString(line)
            + "\nhex: "
            + HexFormat.of().formatHex(bytes)
            + "\nHEX: "
            + HexFormat.of().withUpperCase().formatHex(bytes)
            + "\n");
    Files.writeString(folder.resolve("near"), VALUE.substring(1) + "\n" + VALUE.replace('t', 'T'));
    Files.writeString(folder.resolve("short"), "1234567");
    List<String> found = found();
    assertEquals(
        List.of("a/b/plain:2", "coded:1", "coded:2", "coded:3", "coded:4"),
        found.stream().map(text -> text.substring(0, text.indexOf(' '))).toList());
    assertTrue(found.stream().allMatch(text -> text.contains(" secret:db ")), "" + found);
    assertFalse(String.join("", found).contains("horse"));
  }

  @Test
  void findsOwnTokensAndMasksThem() throws Exception {
    String token = token();
    String signed = "cofre_x_" + "A".repeat(60) + "." + "b".repeat(95);
    Files.writeString(
        folder.resolve("tokens"),
        "t=" + token + "\n\"" + signed + "\"\ncofre_short\nnocofre_" + "a".repeat(50) + "\n");
    List<String> found = found();
    assertEquals(2, found.size(), "" + found);
    assertTrue(found.get(0).matches("tokens:1 token:[0-9a-f]{16} cofre_.{4}… \\(49 characters\\)"));
    assertTrue(found.get(1).contains("(164 characters)"), found.get(1));
    assertFalse(found.get(0).contains(token.substring(12)));
  }

  @Test
  void leavesOutWhatIsNoTextTooLargeOrALink() throws Exception {
    Files.writeString(folder.resolve("binary"), "\0" + VALUE);
    Files.writeString(folder.resolve("large"), VALUE + " ".repeat(5_000));
    Path real = Files.writeString(folder.resolve("real"), VALUE);
    Files.createSymbolicLink(folder.resolve("link"), real);
    Files.createDirectory(folder.resolve(".git"));
    Files.writeString(folder.resolve(".git/config"), VALUE);
    Scan scan = scan(AllowList.empty());
    scan.files();
    assertEquals(List.of("real:1 secret:db plain, " + VALUE.length() + " characters"), shown(scan));
    assertEquals(1, scan.binary());
    assertEquals(1, scan.tooLarge());
    assertEquals(1, scan.searched());
  }

  @Test
  void whatIsAllowedIsCountedAndAWrongListIsToldByLine() throws Exception {
    Files.createDirectory(folder.resolve("test"));
    Files.writeString(folder.resolve("test/fixture"), VALUE);
    Files.writeString(folder.resolve("other"), VALUE);
    FileErrors errors = new FileErrors();
    Scan scan = scan(AllowList.read("allow", "# for tests\n\nsecret:db test/**\n", errors));
    assertTrue(errors.isEmpty());
    scan.files();
    assertEquals(1, scan.allowedCount());
    assertEquals(1, scan.findings().size());
    assertEquals("other", scan.findings().getFirst().file());

    AllowList.read(
        "allow", "secret:db **\nsecret:db\nvalue **\ntoken:12 **\nsecret:db [\n", errors);
    assertEquals(
        List.of("allow:2", "allow:3", "allow:4", "allow:5"),
        errors.lines().stream().map(line -> line.substring(0, 7)).toList());
  }

  private String git(String... arguments) throws Exception {
    List<String> line = new ArrayList<>(List.of("git", "-C", folder.toString()));
    line.addAll(
        List.of(
            "-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"));
    line.addAll(List.of(arguments));
    Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
    assertEquals(0, process.waitFor(), output);
    return output;
  }

  @Test
  void findsInTheHistoryWhatIsNotInTheFilesAnyMore() throws Exception {
    git("init", "-q");
    Files.writeString(folder.resolve("a file"), "password: " + VALUE + "\n");
    git("add", "-A");
    git("commit", "-qm", "first");
    String first = git("rev-parse", "HEAD");
    Files.writeString(folder.resolve("a file"), "password: from the vault\n");
    Files.writeString(folder.resolve("large"), VALUE + " ".repeat(5_000));
    git("add", "-A");
    git("commit", "-qm", "second");
    Scan scan = scan(AllowList.empty());
    scan.files();
    assertEquals(List.of(), scan.findings());
    scan.history(new GitHistory(folder, 1_000));
    assertEquals(1, scan.findings().size(), "" + scan.findings());
    Finding found = scan.findings().getFirst();
    assertEquals("a file", found.file());
    assertEquals(1, found.line());
    assertEquals(first, found.commit());

    GitHistory few = new GitHistory(folder, 1);
    scan(AllowList.empty()).history(few);
    assertTrue(few.isCut());
  }

  @Test
  void saysWhenThereIsNoRepository() {
    IOException none =
        assertThrows(
            IOException.class,
            () -> scan(AllowList.empty()).history(new GitHistory(Path.of("/proc"), 10)));
    assertTrue(none.getMessage().contains("no repository"), none.getMessage());
  }

  @Test
  void aValueOfTwoSecretsIsFoundAsBoth() throws Exception {
    KnownValues known = known();
    assertTrue(known.add("db-copy", VALUE.getBytes(UTF_8)));
    Files.writeString(folder.resolve("one"), VALUE);
    Scan scan = new Scan(folder, known, AllowList.empty(), 4_096, one -> {});
    scan.files();
    assertEquals(
        List.of("secret:db", "secret:db-copy"),
        scan.findings().stream().map(Finding::id).sorted().toList());
  }

  @Test
  void aVersionOfAFileMayStayOnlyWhereverItStood() throws Exception {
    git("init", "-q");
    Files.createDirectory(folder.resolve("docs"));
    Files.writeString(folder.resolve("docs/example"), VALUE);
    git("add", "-A");
    git("commit", "-qm", "an example");
    FileErrors errors = new FileErrors();
    AllowList allowed = AllowList.read("allow", "secret:db docs/**\n", errors);
    Scan before = scan(allowed);
    before.history(new GitHistory(folder, 1_000));
    assertEquals(List.of(), before.findings());
    assertEquals(1, before.allowedCount());

    Files.writeString(folder.resolve("the real one"), VALUE);
    git("add", "-A");
    git("commit", "-qm", "a leak");
    Scan after = scan(allowed);
    after.history(new GitHistory(folder, 1_000));
    assertEquals(1, after.findings().size(), "" + after.findings());
    assertEquals("the real one", after.findings().getFirst().file());
  }

  @Test
  void nothingThatTheRepositoryConfiguresIsRunOrReplaced() throws Exception {
    git("init", "-q");
    Files.writeString(folder.resolve("a"), VALUE);
    git("add", "-A");
    git("commit", "-qm", "first");
    String leaked = git("rev-parse", "HEAD:a");
    Files.writeString(folder.resolve("a"), "nothing");
    git("commit", "-qam", "second");
    git("replace", leaked, git("rev-parse", "HEAD:a"));
    Path trace = folder.resolve("trace");
    Path script = Files.writeString(folder.resolve("script"), "#!/bin/sh\n: > '" + trace + "'\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    for (String name : List.of("core.fsmonitor", "gpg.program", "diff.external", "core.pager")) {
      git("config", name, script.toString());
    }
    git("config", "log.showSignature", "true");
    Scan scan = scan(AllowList.empty());
    scan.history(new GitHistory(folder, 1_000));
    assertEquals(1, scan.findings().size(), "" + scan.findings());
    assertEquals(git("rev-parse", "HEAD~"), scan.findings().getFirst().commit());
    assertFalse(Files.exists(trace));
  }
}
