/// What the analyser is and is not, for help texts and start-up messages.
public enum AnalyserStatement {
  public static let text = """
    The scene analyser of this service measures pixels; it is no vision model. From every frame it measures how much \
    moves, where and in which direction, whether something comes into view or goes out of it, the light and its \
    changes, the main colours, scene cuts, stillness, a frozen picture, a picture without detail (a covered lens) and \
    overexposure. It recognises no people, cars, objects, faces or text and understands no actions: "a person enters" \
    is taken as "something came into view". A scene prompt only decides which measurements are told first; an event \
    prompt is matched by fixed rules.
    """
}
