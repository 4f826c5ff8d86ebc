using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Migration;

/// <summary>
/// To a <c>VmActor</c>: a question to one QEMU of the VM and no other. A VM that is migrated has two, and which of them is served changes at the switchover:
/// what is meant for the source must never reach the destination.
/// </summary>
/// <param name="Qemu">Its name on the VmHost: the sub-directory of <c>--vm-dir</c>, or the name in the configuration.</param>
/// <param name="Command">A QMP command.</param>
/// <param name="Deadline">Of its answer.</param>
/// <param name="Receiver">Gets exactly one result; <see cref="NoReplyCause.NotReady"/> if the VM has no such QEMU, or no session with it.</param>
internal sealed record AskQemu(string Qemu, EncodedCommand Command, Deadline Deadline, IReplyReceiver Receiver) : ILocalSignal;
