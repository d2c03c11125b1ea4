-- Where TidalCycles sends its patterns: SuperDirt, and riffosc those that riff1 to riff8 play. For 1.7 to 1.10.
:{
let riffTargets =
      [ (superdirtTarget {oLatency = riffLatency, oAddress = "127.0.0.1", oPort = 57120}, [superdirtShape])
      , ( Target { oName = "riffosc", oAddress = "127.0.0.1", oPort = 7433, oBusPort = Nothing, oLatency = riffLatency
                 , oWindow = Nothing, oSchedule = Pre BundleStamp, oHandshake = False }
        , [OSC "/riff/play" $ Named {requiredArgs = ["riff"]}] )
      ]
    riffLatency = 0.05 -- the same for both: then what is meant for one time has one time tag
:}
