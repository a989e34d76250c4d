package dev.cofre.loadtest.system;

import dev.cofre.loadtest.generator.LoadGenerator;
import dev.cofre.loadtest.generator.LoadPlan;
import dev.cofre.loadtest.generator.LoadResult;
import dev.cofre.loadtest.generator.Pacing;
import dev.cofre.loadtest.http.HttpCall;
import dev.cofre.loadtest.http.HttpProtocol;
import dev.cofre.loadtest.report.Run;
import dev.cofre.loadtest.report.RunFolder;
import dev.cofre.loadtest.report.Summary;
import dev.cofre.loadtest.traffic.Calls;
import dev.cofre.loadtest.traffic.Site;
import dev.cofre.loadtest.workload.Operation.Kind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;

/** The generator at the data plane of a {@link Deployment}, as its workload {@code app}. */
final class DataPlaneLoad {
  private static final int KIB = 1_024;

  private final SocketAddress address;
  private final HttpProtocol protocol;

  private DataPlaneLoad(Deployment deployment, List<HttpCall> calls) {
    this.address = new InetSocketAddress(InetAddress.getLoopbackAddress(), deployment.dataPort());
    this.protocol = new HttpProtocol(calls);
  }

  static Calls calls(Deployment deployment) {
    return new Calls(
        Site.local(URI.create(deployment.dataUrl()), deployment.tokenFile("app")), "demo");
  }

  /** Encrypts and decrypts 1 KiB in turn. */
  static DataPlaneLoad both(Deployment deployment) throws IOException {
    return new DataPlaneLoad(deployment, calls(deployment).raw(KIB, Kind.ENCRYPT, Kind.DECRYPT));
  }

  /** Sends {@code calls} in turn. */
  static DataPlaneLoad of(Deployment deployment, List<HttpCall> calls) {
    return new DataPlaneLoad(deployment, calls);
  }

  /** Requests a second that the node and this generator manage together in a closed loop. */
  double capacity(Duration warmUp, Duration duration) throws Exception {
    LoadResult result = run("capacity", LoadPlan.of(Pacing.closed()).lasting(warmUp, duration));
    return result.reached();
  }

  /** Runs {@code plan}, says what came of it. */
  LoadResult run(String what, LoadPlan plan) throws Exception {
    return run(what, plan, null);
  }

  /** The same, with interval logs and {@code summary.json} in {@code folder}. */
  LoadResult run(String what, LoadPlan plan, Path folder) throws Exception {
    try (LoadGenerator generator = new LoadGenerator(address, protocol, plan)) {
      LoadResult result = generator.run();
      if (folder != null) {
        RunFolder.write(folder, Run.of(what, address.toString(), protocol.name(), result));
      }
      System.out.println(what + ": " + Summary.text(result));
      return result;
    }
  }

  /** Runs {@code plan} while the caller does something else. */
  FutureTask<LoadResult> start(String what, LoadPlan plan) {
    Callable<LoadResult> run = () -> run(what, plan);
    FutureTask<LoadResult> task = new FutureTask<>(run);
    Thread.ofPlatform().daemon().name("load").start(task);
    return task;
  }
}
