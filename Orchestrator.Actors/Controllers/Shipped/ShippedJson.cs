using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Orchestrator.Actors.Controllers.Shipped.Backup;
using Orchestrator.Actors.Controllers.Shipped.Facts;
using Orchestrator.Actors.Controllers.Shipped.TimeSync;
using Orchestrator.Actors.Controllers.Shipped.Watchdog;

namespace Orchestrator.Actors.Controllers.Shipped;

/// <summary>The controllers' state on disk.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(TimeSyncState))]
[JsonSerializable(typeof(WatchState))]
[JsonSerializable(typeof(FactsState))]
[JsonSerializable(typeof(BackupState))]
internal sealed partial class ShippedJson : JsonSerializerContext
{
    private const string Key = "state";

    /// <summary>The state that was kept; a new one if there is none, or none that can be read.</summary>
    public static T Load<T>(ControllerContext context, JsonTypeInfo<T> type)
        where T : class, new()
    {
        if (context.Get(Key) is not { } text)
            return new T();
        try
        {
            return JsonSerializer.Deserialize(text, type) ?? new T();
        }
        catch (JsonException)
        {
            context.Note("its state could not be read, and is begun anew");
            return new T();
        }
    }

    /// <summary>Keeps a state if it is another one.</summary>
    public static void Save<T>(ControllerContext context, T state, JsonTypeInfo<T> type)
        where T : class
    {
        var text = JsonSerializer.Serialize(state, type);
        if (text == "{}")
            text = null;
        if (text != context.Get(Key))
            context.Set(Key, text);
    }
}
