package dev.cofre.dataplane.server.grpc;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.cofre.contract.grpc.crypto.CryptoProto;
import dev.cofre.contract.grpc.health.HealthProto;
import dev.cofre.contract.grpc.reflection.ErrorResponse;
import dev.cofre.contract.grpc.reflection.FileDescriptorResponse;
import dev.cofre.contract.grpc.reflection.ListServiceResponse;
import dev.cofre.contract.grpc.reflection.ReflectionProto;
import dev.cofre.contract.grpc.reflection.ServerReflectionRequest;
import dev.cofre.contract.grpc.reflection.ServerReflectionResponse;
import dev.cofre.contract.grpc.reflection.ServiceResponse;
import dev.cofre.contract.problem.ErrorCode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code grpc.reflection.v1} and, the same under its older name, {@code v1alpha}: the services and
 * descriptors of this node, which are published anyway, without a token. Immutable.
 */
final class ReflectionCalls {
  static final String SERVICES = "/grpc.reflection.";

  private static final String METHOD = ".ServerReflection/ServerReflectionInfo";
  private static final int MESSAGE_MAX = 4 << 10;
  private static final int QUESTIONS_MAX = 1_000;
  private static final int NOT_FOUND = 5;
  private static final List<FileDescriptor> FILES =
      List.of(
          CryptoProto.getDescriptor(),
          HealthProto.getDescriptor(),
          ReflectionProto.getDescriptor());

  private final Map<String, FileDescriptor> byName = new HashMap<>();
  private final Map<String, FileDescriptor> bySymbol = new HashMap<>();

  ReflectionCalls() {
    for (FileDescriptor file : FILES) {
      byName.put(file.getName(), file);
      file.getMessageTypes().forEach(this::add);
      file.getEnumTypes().forEach(type -> bySymbol.put(type.getFullName(), file));
      for (ServiceDescriptor service : file.getServices()) {
        bySymbol.put(service.getFullName(), file);
        for (MethodDescriptor method : service.getMethods()) {
          bySymbol.put(method.getFullName(), file);
        }
      }
    }
  }

  private void add(Descriptor type) {
    bySymbol.put(type.getFullName(), type.getFile());
    type.getNestedTypes().forEach(this::add);
    for (EnumDescriptor nested : type.getEnumTypes()) {
      bySymbol.put(nested.getFullName(), type.getFile());
    }
  }

  /** Answers {@code call} if it is ours. */
  boolean takes(GrpcCall call) {
    String path = call.request().path();
    if (!path.equals(SERVICES + "v1" + METHOD) && !path.equals(SERVICES + "v1alpha" + METHOD)) {
      return false;
    }
    int[] questions = new int[1];
    call.limitBody();
    // Who asks nothing more must end the call in time.
    call.read(chunk -> {}, failure -> call.cut(ErrorCode.DEADLINE_EXCEEDED), () -> {});
    call.reader()
        .start(
            MESSAGE_MAX,
            null,
            message -> {
              if (call.isAnswered() && questions[0] == 0) {
                return;
              }
              if (++questions[0] > QUESTIONS_MAX) {
                call.cut(ErrorCode.QUOTA_EXCEEDED);
                return;
              }
              question(call, message, questions[0] == 1);
            },
            () -> {
              if (questions[0] == 0) {
                call.beginStream();
              }
              call.complete();
            });
    return true;
  }

  private void question(GrpcCall call, byte[] message, boolean first) {
    try {
      ServerReflectionRequest request = ServerReflectionRequest.parseFrom(message);
      if (first) {
        call.beginStream();
      }
      call.message(GrpcAnswers.of(answer(request)));
      if (call.isFull()) {
        call.pauseBody();
        call.onDrain(call::resumeBody);
      }
    } catch (InvalidProtocolBufferException e) {
      if (first) {
        call.reject(GrpcRequest.invalid("the message is not well-formed protobuf"));
      } else {
        call.cut(ErrorCode.INVALID_REQUEST);
      }
    }
  }

  private ServerReflectionResponse answer(ServerReflectionRequest request) {
    ServerReflectionResponse.Builder answer =
        ServerReflectionResponse.newBuilder()
            .setValidHost(request.getHost())
            .setOriginalRequest(request);
    switch (request.getMessageRequestCase()) {
      case LIST_SERVICES -> {
        ListServiceResponse.Builder list = ListServiceResponse.newBuilder();
        for (FileDescriptor file : FILES) {
          for (ServiceDescriptor service : file.getServices()) {
            list.addService(ServiceResponse.newBuilder().setName(service.getFullName()));
          }
        }
        answer.setListServicesResponse(list);
      }
      case FILE_BY_FILENAME -> file(answer, byName.get(request.getFileByFilename()));
      case FILE_CONTAINING_SYMBOL -> file(answer, bySymbol.get(request.getFileContainingSymbol()));
      // There are no extensions in these files.
      default -> file(answer, null);
    }
    return answer.build();
  }

  private static void file(ServerReflectionResponse.Builder answer, FileDescriptor file) {
    if (file == null) {
      answer.setErrorResponse(
          ErrorResponse.newBuilder().setErrorCode(NOT_FOUND).setErrorMessage("there is none here"));
    } else {
      answer.setFileDescriptorResponse(
          FileDescriptorResponse.newBuilder()
              .addFileDescriptorProto(file.toProto().toByteString()));
    }
  }
}
