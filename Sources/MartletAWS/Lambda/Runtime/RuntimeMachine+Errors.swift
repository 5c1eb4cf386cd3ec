extension LambdaFault {
    static func deadline(isBeforeStart: Bool) -> LambdaFault {
        LambdaFault(
            type: "Martlet.DeadlineExceeded",
            message: isBeforeStart
                ? "The invocation's time was over when it came. Check the clock of this machine."
                : "The invocation's time is over. Give the function a longer timeout, or ask for less."
        )
    }

    static var stopping: LambdaFault {
        LambdaFault(type: "Martlet.Stopping", message: "The environment stops. Try again.")
    }

    static var stillStarting: LambdaFault {
        LambdaFault(
            type: "Martlet.StillStarting",
            message: "The model is still being loaded. Try again; give the function a longer timeout if this stays so."
        )
    }

    static var noResponse: LambdaFault {
        LambdaFault(type: "Martlet.NoResponse", message: "The invocation was handled, but there was no response.")
    }

    static var unfinished: LambdaFault {
        LambdaFault(type: "Martlet.UnfinishedStream", message: "The response was not written to its end.")
    }
}

extension LambdaError {
    static var twice: LambdaError {
        LambdaError(.alreadyResponded, "the invocation has a response already; respond once")
    }

    static var isOver: LambdaError {
        LambdaError(.alreadyResponded, "the invocation is over; respond before the handler returns")
    }

    static var deadlinePassed: LambdaError {
        LambdaError(
            .deadlinePassed,
            "the invocation's time is over and its caller has been told; give the function a longer timeout"
        )
    }

    static var stopping: LambdaError {
        LambdaError(.stopping, "the environment stops, and the invocation's caller has been told to try again")
    }

    static var lost: LambdaError {
        LambdaError(
            .connectionLost,
            "the connection to Lambda was lost during the response, and nobody knows whether it arrived"
        )
    }

    static func refused(_ status: Int) -> LambdaError {
        switch status {
        case 413: tooLargeForLambda
        case 500...: broken(status)
        default:
            LambdaError(
                .refused,
                "Lambda refused the response with status \(status); the invocation has probably timed out already"
            )
        }
    }

    private static var tooLargeForLambda: LambdaError {
        LambdaError(
            .responseTooLarge,
            "Lambda refused the response as too large; ask for less, or stream it through a function URL with "
                + "InvokeMode RESPONSE_STREAM"
        )
    }

    static func broken(_ status: Int) -> LambdaError {
        LambdaError(
            .environmentBroken,
            "the Lambda Runtime API answered with status \(status); the process ends, and Lambda starts another one"
        )
    }

    static func refusedNext(_ answer: RuntimeAnswer) -> LambdaError {
        if answer.status >= 500 { return broken(answer.status) }
        return LambdaError(
            .environmentBroken,
            "the Lambda Runtime API refused to give an invocation, with status \(answer.status); check that "
                + "AWS_LAMBDA_RUNTIME_API is Lambda's own or an emulator's address"
        )
    }

    static var unreachable: LambdaError {
        LambdaError(
            .environmentBroken,
            "the Lambda Runtime API can't be reached; check AWS_LAMBDA_RUNTIME_API, or unset it to use the emulator"
        )
    }

    static var malformed: LambdaError {
        LambdaError(
            .malformedInvocation,
            "what the Runtime API gave has no request id; check that AWS_LAMBDA_RUNTIME_API is Lambda's own address"
        )
    }

    static func startUp(_ fault: LambdaFault) -> LambdaError {
        LambdaError(.startUpFailed, "the function could not be made ready: \(fault.message)")
    }

    static var stuck: LambdaError {
        LambdaError(
            .handlerStuck,
            "an invocation went on after its time although it was cancelled; the process ends so that a new one starts"
        )
    }
}
