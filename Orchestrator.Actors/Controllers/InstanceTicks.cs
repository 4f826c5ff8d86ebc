using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Orchestrator.Actors.Controllers.Storage;
using Orchestrator.Actors.Events;

namespace Orchestrator.Actors.Controllers;

/// <summary>Where instances stand, and when they tick.</summary>
internal static class InstanceTicks
{
    /// <summary>From its begin to its first tick: instances of VMs are spread, so that they do not all tick at once.</summary>
    public static TimeSpan First(ControllerCaller caller, TimeSpan interval)
    {
        if (caller.Vm is null)
            return interval;
        var share = BinaryPrimitives.ReadUInt32LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(caller.Instance))) / (double)uint.MaxValue;
        return interval * (0.5 + (share / 2));
    }

    /// <summary>Whether an event comes after a place: lives of a log are in the order of their begins.</summary>
    public static bool IsAfter(EventPosition happened, EventPosition place) => (happened.Epoch, happened.Sequence).CompareTo((place.Epoch, place.Sequence)) > 0;

    /// <summary>Where an instance stands once it is done with something.</summary>
    public static InstanceMark After(InstanceMark mark, ControllerWork work) => work switch
    {
        ControllerWork.Start => mark with { Starts = mark.Starts + 1 },
        ControllerWork.Tick => mark with { Ticks = mark.Ticks + 1 },
        ControllerWork.Happened happened => mark with { Cursor = mark.Cursor.With(happened.Log, happened.What.Position) },
        _ => mark,
    };
}
