package dev.cofre.cli.run;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The signals that are sent to commands, and taken in their place. */
public enum UnixSignal {
  /** The terminal is gone; for many services: read the configuration again. */
  HUP,
  /** Interrupt from the keyboard. */
  INT,
  /** Stop in order. */
  TERM,
  /** The program's own. */
  USR1,
  /** The program's own. */
  USR2;

  /**
   * Sends it to the process {@code pid}.
   *
   * @return false when that has ended, or the system does not permit it
   */
  public boolean send(long pid) {
    return Kill.send(pid, number());
  }

  private int number() {
    try {
      Class<?> type = Class.forName("sun.misc.Signal");
      Object signal = type.getConstructor(String.class).newInstance(name());
      return (int) type.getMethod("getNumber").invoke(signal);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("this JVM knows no signal " + name(), e);
    }
  }

  /**
   * Has {@code taken} called, on a thread of the JVM's, whenever this process gets the signal, in
   * place of what the JVM does then.
   *
   * @return whether the JVM leaves the signal to programs
   */
  public boolean take(Runnable taken) {
    // By reflection: the compiler warns of sun.misc.Signal, which has no successor.
    try {
      Class<?> type = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      MethodHandle run =
          MethodHandles.lookup()
              .findVirtual(Runnable.class, "run", MethodType.methodType(void.class))
              .bindTo(taken);
      Object proxy =
          MethodHandleProxies.asInterfaceInstance(
              handler, MethodHandles.dropArguments(run, 0, type));
      type.getMethod("handle", type, handler)
          .invoke(null, type.getConstructor(String.class).newInstance(name()), proxy);
      return true;
    } catch (InvocationTargetException e) {
      return false;
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("this JVM hands over no signals", e);
    }
  }

  /**
   * Whether this process is in the group that its terminal sends signals of the keyboard to: what
   * it started is in the group too, and has them already.
   */
  public static boolean isAtTerminal() {
    try {
      String stat = Files.readString(Path.of("/proc/self/stat"));
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
      // proc(5): state, ppid, pgrp, session, tty_nr, tpgid.
      return fields[2].equals(fields[5]);
    } catch (IOException | RuntimeException e) {
      return false;
    }
  }

  /** kill(2). */
  private static final class Kill {
    private static final MethodHandle KILL = handle();

    private Kill() {}

    @SuppressWarnings("restricted")
    private static MethodHandle handle() {
      Linker linker = Linker.nativeLinker();
      return linker.downcallHandle(
          linker.defaultLookup().find("kill").orElseThrow(),
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    }

    static boolean send(long pid, int number) {
      try {
        return (int) KILL.invokeExact(Math.toIntExact(pid), number) == 0;
      } catch (Throwable e) {
        throw new IllegalStateException("kill(2) cannot be called", e);
      }
    }
  }
}
