package dev.cofre.loadtest.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A real file system of a few megabytes, for processes that are started in it alone: it is mounted
 * in a mount namespace of its own, which a process holds that does nothing, and ends with this
 * process at the latest. Not thread-safe.
 *
 * <p>ext4, in a file by a loop device, needs root. tmpfs needs a user namespace, or root; where
 * neither may be had, the test is not run and says so.
 */
final class SmallDisk implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final int PIECE_LEAST = 1_024;

  private final Child holder;
  private final Path folder;
  private final boolean ownUser;

  /** What is mounted. */
  enum Kind {
    EXT4,
    TMPFS;

    /** ext4 where it may be mounted, else tmpfs. */
    static Kind best() {
      return isRoot() ? EXT4 : TMPFS;
    }
  }

  private SmallDisk(Child holder, Path folder, boolean ownUser) {
    this.holder = holder;
    this.folder = folder;
    this.ownUser = ownUser;
  }

  private static boolean isRoot() {
    return System.getProperty("user.name").equals("root");
  }

  /** Mounts one of {@code mebibytes}; the test is not run where that may not be done. */
  static SmallDisk create(Workspace workspace, Kind kind, int mebibytes) throws Exception {
    assumeTrue(kind == Kind.TMPFS || isRoot(), "ext4 is mounted by root alone");
    Path folder = Files.createDirectory(workspace.resolve("disk"));
    String mount;
    if (kind == Kind.EXT4) {
      Path image = workspace.resolve("disk.ext4");
      mount =
          "truncate -s %dM %s && mkfs.ext4 -q -F -b 4096 -m 0 %s && mount -o loop,errors=remount-ro %s %s"
              .formatted(mebibytes, image, image, image, folder);
    } else {
      mount = "mount -t tmpfs -o size=%dm,mode=700 none %s".formatted(mebibytes, folder);
    }
    boolean ownUser = !isRoot();
    Child holder =
        workspace.start(
            "disk",
            Launcher.program(
                Map.of("PATH", System.getenv("PATH") + ":/usr/sbin:/sbin"),
                List.of(
                    "unshare",
                    ownUser ? "-Urm" : "-m",
                    "sh",
                    "-c",
                    mount + " && echo mounted && exec cat")));
    Await.until(
        "it is mounted, or cannot be",
        LIMIT,
        () -> holder.out().contains("mounted") || !holder.process().isAlive());
    assumeTrue(
        holder.process().isAlive(), () -> "no file system can be mounted here: " + errors(holder));
    return new SmallDisk(holder, folder, ownUser);
  }

  private static String errors(Child child) {
    try {
      return child.err();
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** Where it is mounted, for processes that are in it. */
  Path folder() {
    return folder;
  }

  /** The path of {@code inside} for this process, while it is mounted. */
  Path outside(Path inside) {
    return Path.of("/proc/" + holder.pid() + "/root" + inside.toAbsolutePath());
  }

  /** Has {@code builder} start its program where it is mounted. */
  void enter(ProcessBuilder builder) {
    List<String> command = new ArrayList<>(List.of("nsenter", "-t", Long.toString(holder.pid())));
    command.addAll(ownUser ? List.of("-U", "--preserve-credentials", "-m") : List.of("-m"));
    command.add("--");
    command.addAll(builder.command());
    builder.command(command);
  }

  /** How many bytes are free. */
  long bytesFree() {
    return outside(folder).toFile().getUsableSpace();
  }

  /** Has a file of somebody else take all that is free; how many bytes that is. */
  long fill() throws IOException {
    long before = bytesFree();
    try (FileChannel file =
        FileChannel.open(filler(), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      int piece = 1 << 18;
      while (piece >= PIECE_LEAST) {
        try {
          int written = file.write(ByteBuffer.allocate(piece));
          assertTrue(written > 0);
        } catch (IOException e) {
          assertTrue(e.getMessage().contains("No space left"), e::toString);
          piece /= 4;
        }
      }
    }
    assertTrue(bytesFree() < 1 << 16, () -> bytesFree() + " bytes are free");
    return before;
  }

  /** Deletes that file. */
  void giveBack() throws IOException {
    Files.deleteIfExists(filler());
  }

  private Path filler() {
    return outside(folder.resolve("of-somebody-else"));
  }

  /** Takes the blocks of {@code inside} from byte {@code from} on: it is a hole then. */
  void punch(Path inside, long from) throws Exception {
    long length = Files.size(outside(inside)) - from;
    run(
        "fallocate",
        "--punch-hole",
        "--offset",
        Long.toString(from),
        "--length",
        Long.toString(length),
        outside(inside).toString());
  }

  /** Has the kernel find an error in it: from then on it can only be read. ext4 alone. */
  void fail() throws Exception {
    String device =
        Files.readAllLines(Path.of("/proc/" + holder.pid() + "/mounts")).stream()
            .filter(line -> line.split(" ")[1].equals(folder.toString()))
            .map(line -> Path.of(line.split(" ")[0]).getFileName().toString())
            .findFirst()
            .orElseThrow();
    Path trigger = Path.of("/sys/fs/ext4", device, "trigger_fs_error");
    assumeTrue(Files.isWritable(trigger), "this kernel makes no errors");
    Files.writeString(trigger, "a test");
  }

  private static void run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).inheritIO().start();
    assertEquals(0, process.waitFor(), () -> String.join(" ", command));
  }

  /** Lets it go; what still runs in it keeps it. */
  @Override
  public void close() {
    holder.kill();
  }
}
